//! The language as it is written: the types that serde fills in and that the schema is made from.
//! What must hold between the parts is told by `check` and its siblings.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::literal::{Expected, Sent};
use super::model::Until;
use super::units::{Size, Time};
use super::words::{Behaviour, ErrorKind, Trait, Transport};
use crate::source::{At, AtWord, Form, Given, Tried};

/// A list of which each entry may be wrong by itself.
pub(super) type Listed<T> = Tried<Vec<At<Tried<T>>>>;

/// A scenario file.
// What must be there is an `Option` too: so that all that is missing is told at once.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "A scenario")]
pub(super) struct ScenarioFile {
    /// The file's stem; unique.
    #[schemars(required, regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub name: Option<At<Tried<String>>>,
    /// One sentence that says what is checked.
    #[schemars(required, length(min = 1))]
    pub summary: Option<At<Tried<String>>>,
    /// Labels.
    pub tags: Option<Tried<Vec<Tried<String>>>>,
    /// The document that the scenario rests on, such as `RFC 6455 section 5.5.1`.
    pub source: Option<Tried<String>>,
    /// The behaviour that it needs: `echo`, `broadcast`, or the name of a protocol of one's own.
    #[schemars(required)]
    pub server: Option<At<Tried<Behaviour>>>,
    /// The behaviour of the client program that the scenario is about; without one, the actors are
    /// played by whatever client there is.
    pub client: Option<At<Tried<Behaviour>>>,
    /// The transports; each becomes a case of its own.
    #[schemars(required, length(min = 1), extend("uniqueItems" = true))]
    pub over: Option<At<Listed<Transport>>>,
    /// The traits that a server must have; a list of values means any of them.
    pub requires: Option<Tried<Requires>>,
    /// Who is on stage.
    pub clients: Option<At<Listed<Client>>>,
    /// What happens, in order.
    #[schemars(required, length(min = 1))]
    pub steps: Option<At<Listed<StepText>>>,
}

/// Traits with the values that will do.
#[derive(Debug)]
pub(super) struct Requires(pub Vec<(At<Tried<Trait>>, Tried<TraitValues>)>);

/// One value, or a list of values that will all do.
pub(super) type TraitValues = Form<At<TraitValue>, Vec<At<TraitValue>>, At<TraitValue>>;

/// A value of a trait: a word or a number.
#[derive(Debug)]
pub(super) struct TraitValue(pub String);

/// Somebody on stage: a name, or a name with who plays it, or with the size of a crowd.
pub(super) type Client = Form<At<String>, At<String>, NamedClient>;

/// `{ bob: built-in }` or `{ crowd: 200 }`.
#[derive(Debug)]
pub(super) struct NamedClient {
    pub name: At<String>,
    pub role: ClientRole,
}

/// What follows the name of a client.
#[derive(Debug)]
pub(super) enum ClientRole {
    BuiltIn,
    Crowd(u32),
}

/// One step: one key, which says who, with what they do.
#[derive(Debug)]
pub(super) enum StepText {
    Act {
        who: At<String>,
        action: AtWord<Tried<ActionText>>,
    },
    Server(AtWord<Tried<ServerActionText>>),
    Parallel {
        key: At<String>,
        steps: Listed<StepText>,
    },
    Loop {
        key: At<String>,
        content: Tried<LoopText>,
    },
}

/// Steps that are played several times.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Loop")]
pub(super) struct LoopText {
    /// How often.
    #[schemars(with = "u32", range(min = 1))]
    pub times: At<u32>,
    /// What happens each time.
    #[schemars(length(min = 1))]
    pub steps: Vec<At<Tried<StepText>>>,
}

/// What an actor does.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "Action", rename_all = "snake_case")]
pub(super) enum ActionText {
    /// Our side connects; nothing is said.
    Connect(Connecting),
    /// Connects, and proves by a token that the actor hears and is heard.
    Join(Connecting),
    /// Bytes to the server.
    Send(Sent),
    /// The next bytes or message must match.
    Expect(Expected),
    /// Nothing comes for this long.
    ExpectNothing(For),
    /// What comes is recorded and not asserted: only agreement compares it.
    Observe(Observing),
    /// Half-close: no more to say, still listening.
    Finish(Nothing),
    /// Close after what is queued is written.
    Close(Nothing),
    /// Abort at once (RST).
    Reset(Nothing),
    /// Half-close, await the server's end, close.
    Leave(Nothing),
    /// The end of the stream comes next.
    ExpectEnd(Bound),
    /// A reset comes next.
    ExpectReset(Bound),
    /// The end or a reset comes.
    ExpectClosed(Bound),
    /// Nobody listens: in the place of `connect`, or over udp after a `send`.
    ExpectRefused(Nothing),
    /// The connection meets an error of this kind.
    ExpectError(ErrorKind),
    /// Our side stops reading.
    Pause(Nothing),
    /// Our side reads again.
    Resume(Nothing),
    /// Numbered records of 16 bytes, each with a write of its own.
    Flood(FloodText),
    /// Each sender's records once, whole, in order.
    ExpectFlood(ExpectFloodText),
    /// From here to the end of the connection what arrives is not judged.
    IgnoreRest(Nothing),
    /// The client program that plays the actor has ended, in this way.
    ExpectExit(ExpectExitText),
}

/// What is done to the server or asked about it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "ServerAction", rename_all = "snake_case")]
pub(super) enum ServerActionText {
    /// The server has read all that was sent to it.
    HasRead(Nothing),
    /// Bytes that we sent stay unread by the server all that time.
    ExpectUnread(For),
    /// Starts it; ends when it listens or has exited.
    Start(Starting),
    /// SIGTERM where it still runs, then start.
    Restart(Restarting),
    /// SIGTERM; ends when it is gone.
    Stop(Nothing),
    /// SIGKILL; ends when it is gone.
    Kill(Nothing),
    /// It still runs.
    ExpectAlive(Nothing),
    /// It has ended, in this way.
    ExpectExit(ExpectExitText),
}

/// Nothing to say about it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// How to connect.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Connecting {
    /// Size of the kernel's receive buffer.
    pub receive_buffer: Option<At<Size>>,
}

/// How long.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct For {
    /// How long.
    #[serde(rename = "for")]
    pub time: Time,
}

/// How far.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Observing {
    /// How far it reads.
    pub until: Until,
}

/// How long at most.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Bound {
    /// A bound on the whole wait.
    pub within: Option<Time>,
}

/// Numbered records.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Flood")]
pub(super) struct FloodText {
    /// How many.
    #[schemars(range(min = 1, max = 4000))]
    pub messages: At<u32>,
    /// The letters that each record begins with.
    #[schemars(regex(pattern = "^[A-Za-z_-]{1,7}$"))]
    pub prefix: At<String>,
}

/// The records that are owed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ExpectFlood")]
pub(super) struct ExpectFloodText {
    /// Whose records.
    #[schemars(length(min = 1))]
    pub from: At<Vec<At<String>>>,
    /// Which order beside that of each sender.
    pub order: Option<FloodOrderText>,
    /// Whose records are passed over by every actor from here on.
    pub among: Option<Vec<At<String>>>,
    /// A bound on the whole wait.
    pub within: Option<Time>,
}

/// The order of records at their receivers.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename = "Order", rename_all = "snake_case")]
pub(super) enum FloodOrderText {
    /// Each sender's records in its order.
    PerSender,
    /// And one total order at all receivers of the step.
    SameForAll,
}

/// How to start.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Starting {
    /// `taken`: the harness listens on the port that the server is told to take.
    pub port: Option<PortText>,
}

/// The port that a server is told to take.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename = "Port", rename_all = "snake_case")]
pub(super) enum PortText {
    /// One on which the harness listens.
    Taken,
}

/// How to start again.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Restarting {
    /// Whether on the port that it had.
    pub same_port: Option<bool>,
}

/// How a process must have ended.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ExpectExit")]
pub(super) struct ExpectExitText {
    /// The status: a number, `nonzero`, or `stopped` (0 or 143).
    pub code: Option<CodeText>,
    /// A regular expression found anywhere in what it wrote to stderr.
    pub stderr: Option<At<String>>,
    /// A regular expression found anywhere in what it wrote to stdout.
    pub stdout: Option<At<String>>,
}

/// A status as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeText {
    Exactly(u8),
    Nonzero,
    Stopped,
}

/// The names that no actor can have.
pub(super) const RESERVED: [&str; 5] = ["all", "others", "server", "parallel", "loop"];

impl<'de> Deserialize<'de> for StepText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<StepText, D::Error> {
        deserializer.deserialize_any(StepVisitor)
    }
}

struct StepVisitor;

impl<'de> Visitor<'de> for StepVisitor {
    type Value = StepText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step, such as `alice: join`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StepText, A::Error> {
        let Some(key) = map.next_key::<At<String>>()? else {
            return Err(A::Error::custom(
                "an empty step\nwrite who does what: `alice: join`",
            ));
        };
        let step = match key.value.as_str() {
            "server" => StepText::Server(map.next_value()?),
            "parallel" => StepText::Parallel {
                key,
                steps: map.next_value()?,
            },
            "loop" => StepText::Loop {
                key,
                content: map.next_value()?,
            },
            _ => match map.next_value::<Given<AtWord<Tried<ActionText>>>>()?.0 {
                Some(action) => StepText::Act { who: key, action },
                None => return Err(without_action(&key.value, map.next_key()?)),
            },
        };
        match map.next_key::<Alone>()? {
            None => Ok(step),
            Some(_) => Err(A::Error::custom("two keys in one step")),
        }
    }
}

/// The error of a name that nothing follows: inside braces a comma list falls apart into such.
fn without_action<E: Error>(who: &str, next: Option<String>) -> E {
    match next {
        Some(next) => E::custom(format!(
            "`{who}` does nothing here: inside braces YAML splits at the comma\nwrite a list of actors without braces: `- {who}, {next}: …`"
        )),
        None => E::custom(format!(
            "`{who}` does nothing here\nwrite what: `{who}: join`"
        )),
    }
}

/// A second key of a step, which is always a mistake at its place.
struct Alone;

impl<'de> Deserialize<'de> for Alone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Alone, D::Error> {
        let key = String::deserialize(deserializer)?;
        Err(D::Error::custom(format!(
            "`{key}` is a second key: a step has one\nbegin the next step with `- `"
        )))
    }
}

impl JsonSchema for StepText {
    fn schema_name() -> Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let steps = generator.subschema_for::<Vec<StepText>>();
        json_schema!({
            "description": "Who does what: an actor, a list of actors with commas, `all`, `others`, `server`, `parallel` or `loop`.",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "properties": {
                "server": generator.subschema_for::<ServerActionText>(),
                "parallel": {
                    "description": "Steps that run at once.",
                    "allOf": [steps],
                    "minItems": 1
                },
                "loop": generator.subschema_for::<LoopText>()
            },
            "additionalProperties": generator.subschema_for::<ActionText>()
        })
    }
}
