//! The closed list of flaws. What each does stands where it acts; how it is called and which
//! scenario catches it stands in the catalogue.

/// One thing that a server does wrong, or [`Flaw::None`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Flaw {
    /// Nothing is wrong: the base that every scenario must pass.
    #[default]
    None,

    /// The last byte of each read is not passed on.
    DropsLastByte,
    /// Everything is passed on twice.
    Duplicates,
    /// Who comes is greeted.
    Greets,
    /// Nothing is passed on.
    NeverAnswers,
    /// A connection is ended after the first words from it.
    EndsEarly,

    /// Words end at their first zero byte, as a C string does.
    StopsAtNul,
    /// Carriage returns before line feeds are dropped.
    DropsReturns,
    /// Words behind others that no line feed has ended are lost.
    LosesWordsBehind,
    /// A line feed is put behind what has none.
    AddsLineFeeds,
    /// Each read is decoded alone, and what is no UTF-8 becomes replacement characters.
    ReplacesInvalid,
    /// What is no UTF-8 passes as it is.
    PassesInvalid,
    /// A text is taken apart every 1024 bytes, through the middle of characters.
    SplitsCharacters,
    /// The beginning of a character waits until the character is whole.
    HoldsSplitCharacters,
    /// One character is pieced together from the bytes of several clients.
    SharesDecoder,
    /// Of several malformed parts in a row one is marked.
    MarksRunsOnce,
    /// An encoded surrogate is marked once, as Java does, and not once for each of its bytes.
    MarksSurrogatesOnce,
    /// Byte order marks are dropped.
    DropsByteOrderMarks,
    /// The beginning of a character that never became whole is dropped without a mark.
    DropsUnfinished,
    /// The beginning of a character is marked also when its client was cut off.
    MarksUnfinishedAtReset,
    /// Characters beyond U+FFFF become replacement characters.
    LosesEmoji,
    /// The byte after the first 64 KiB of a connection is lost.
    LosesOneByte,
    /// No more than 4096 bytes of a read are passed on.
    TruncatesReads,
    /// One byte is wrong in the first mebibyte of a connection.
    CorruptsOneByte,
    /// One bit far into a long message is wrong.
    FlipsOneBit,
    /// A block of 16 bytes is a copy of the block before it.
    RepeatsOneBlock,
    /// The 64th line of a client comes after its 65th.
    SwapsTwoLines,
    /// A line is lost where two clients say a lot.
    LosesInCrowd,

    /// An echo goes to everyone.
    EchoesToEveryone,
    /// The third client of a room hears nothing.
    LeavesOutTheThird,
    /// A sender that should be left out hears itself.
    SendsToSender,
    /// Who comes hears the last words that were said before.
    TellsHistory,
    /// Everything is passed on once more, a little later.
    SendsLateCopy,
    /// The end of one client's words comes after the beginning of another's.
    TearsWords,
    /// Every second client hears two senders in the other order.
    GivesTwoOrders,

    /// The first words after somebody left end the server.
    DiesAfterLeaver,
    /// Who comes after somebody left is not let into the room.
    ForgetsNewcomers,
    /// The client behind one that left does not hear the next words.
    SkipsBehindLeaver,
    /// Who has ended is written to, and the failing write ends the server.
    WritesToTheClosed,
    /// A reset connection ends the server.
    DiesOnReset,
    /// What a client said is lost when it goes right behind its words.
    LosesLastWords,
    /// What still waits for a client is thrown away at the client's half-close.
    LosesLastBatch,
    /// A connection is not ended after the client's half-close.
    KeepsOpen,
    /// A connection is reset where it should be ended.
    ResetsAtEnd,

    /// A stalled reader is waited for without end, and everybody with it.
    WaitsForStalled,
    /// A stalled reader is never let go, and all that it does not read is kept.
    BuffersWithoutEnd,
    /// A client to which more than 128 KiB are owed is reset at once.
    DropsTooSoon,
    /// A client to which more than 1 MiB is owed is reset at once.
    LetsStalledGo,
    /// What is owed to a client beyond 1 MiB is thrown away.
    LosesBeyondMark,
    /// What the kernel does not take at once is thrown away.
    LosesWhatDoesNotFit,
    /// No more than 150 clients are served at a time.
    ServesTooFew,
    /// All clients are served at once where one should be.
    ServesAllAtOnce,
    /// One client is served at a time where all should be.
    ServesOneAtATime,
    /// After 250 connections no other is accepted.
    StopsAccepting,

    /// Being told to stop changes nothing.
    IgnoresStop,
    /// Being told to stop is a failure.
    FailsOnStop,
    /// The port of an ended server cannot be had again at once.
    DoesNotReuseAddress,
    /// A taken port ends the server without a failure.
    SucceedsWithoutPort,
    /// A taken port ends the server without a word about it.
    HidesTakenPort,
    /// Another port is taken in the place of a taken one.
    TakesAnotherPort,

    /// Two datagrams in quick succession become one.
    MergesDatagrams,
    /// No more than 1024 bytes of a datagram are passed on.
    TruncatesDatagrams,
    /// Empty datagrams are not passed on.
    DropsEmptyDatagrams,
    /// Only the two addresses heard from last are known.
    ForgetsOldest,
    /// Datagrams come from another port than they were sent to.
    AnswersFromAnotherPort,
    /// Every answer goes to the first address heard from.
    AnswersTheFirst,
}
