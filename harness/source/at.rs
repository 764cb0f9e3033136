//! What a type can ask of `read` beyond serde: the place of a value, to go on after a mistake, to
//! be read by the kind of what stands there.
//!
//! All are tuple structs of a reserved name, which the deserializer in `read` knows; the schema is
//! that of the values inside.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use super::Span;

/// The names by which the deserializer knows them.
pub(super) const AT: &str = "$At";
pub(super) const AT_WORD: &str = "$AtWord";
pub(super) const TRIED: &str = "$Tried";
pub(super) const GIVEN: &str = "$Given";
pub(super) const FORM: &str = "$Form";

/// A value with its place. For the place of something that may be wrong: `At<Tried<T>>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At<T> {
    /// What stands there.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A value of an enum with the place of its word: the key of its map, or the bare word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtWord<T>(pub At<T>);

/// A value, or nothing where a mistake was told; what stands beside it is read all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried<T>(pub Option<T>);

/// A value, or nothing where null stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given<T>(pub Option<T>);

/// A value of another type for each kind of what can stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form<S, L, M> {
    /// From text, a number, `true`, `false` or null.
    Scalar(S),
    /// From a list.
    List(L),
    /// From a map.
    Map(M),
}

impl<T> At<T> {
    /// A value with its place.
    pub const fn new(value: T, span: Span) -> At<T> {
        At { value, span }
    }

    /// Another value at the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At {
            value: change(self.value),
            span: self.span,
        }
    }
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Reads the parts that the deserializer hands over for one of the reserved names.
struct Parts<T>(PhantomData<T>);

trait FromParts<'de>: Sized {
    fn from_parts<A: SeqAccess<'de>>(parts: &mut Parted<A>) -> Result<Self, A::Error>;
}

struct Parted<A>(A);

impl<'de, A: SeqAccess<'de>> Parted<A> {
    fn next<T: Deserialize<'de>>(&mut self) -> Result<T, A::Error> {
        self.0
            .next_element()?
            .ok_or_else(|| A::Error::custom("only nodes are read like this"))
    }
}

impl<'de, T: FromParts<'de>> Visitor<'de> for Parts<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a node")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, parts: A) -> Result<T, A::Error> {
        T::from_parts(&mut Parted(parts))
    }
}

impl<'de, T: Deserialize<'de>> FromParts<'de> for At<T> {
    fn from_parts<A: SeqAccess<'de>>(parts: &mut Parted<A>) -> Result<Self, A::Error> {
        let span = Span::new(parts.next()?, parts.next()?);
        Ok(At {
            value: parts.next()?,
            span,
        })
    }
}

impl<'de, T: Deserialize<'de>> FromParts<'de> for AtWord<T> {
    fn from_parts<A: SeqAccess<'de>>(parts: &mut Parted<A>) -> Result<Self, A::Error> {
        At::from_parts(parts).map(AtWord)
    }
}

impl<'de, T: Deserialize<'de>> FromParts<'de> for Tried<T> {
    fn from_parts<A: SeqAccess<'de>>(parts: &mut Parted<A>) -> Result<Self, A::Error> {
        parts.0.next_element().map(Tried)
    }
}

impl<'de, T: Deserialize<'de>> FromParts<'de> for Given<T> {
    fn from_parts<A: SeqAccess<'de>>(parts: &mut Parted<A>) -> Result<Self, A::Error> {
        parts.0.next_element().map(Given)
    }
}

/// The first part of a `Form`: which of its types the second is read as.
pub(super) const SCALAR: usize = 0;
pub(super) const LIST: usize = 1;
pub(super) const MAP: usize = 2;

impl<'de, S, L, M> FromParts<'de> for Form<S, L, M>
where
    S: Deserialize<'de>,
    L: Deserialize<'de>,
    M: Deserialize<'de>,
{
    fn from_parts<A: SeqAccess<'de>>(parts: &mut Parted<A>) -> Result<Self, A::Error> {
        match parts.next::<usize>()? {
            LIST => parts.next().map(Form::List),
            MAP => parts.next().map(Form::Map),
            _ => parts.next().map(Form::Scalar),
        }
    }
}

/// `Deserialize` through the reserved name, and the schema of what is inside.
macro_rules! by_reserved_name {
    ($name:ident<T>, $reserved:ident) => {
        impl<'de, T: Deserialize<'de>> Deserialize<'de> for $name<T> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_tuple_struct($reserved, 1, Parts(PhantomData))
            }
        }

        impl<T: JsonSchema> JsonSchema for $name<T> {
            fn inline_schema() -> bool {
                T::inline_schema()
            }

            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }

            fn schema_id() -> Cow<'static, str> {
                T::schema_id()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                T::json_schema(generator)
            }
        }
    };
}

by_reserved_name!(At<T>, AT);
by_reserved_name!(AtWord<T>, AT_WORD);
by_reserved_name!(Tried<T>, TRIED);
by_reserved_name!(Given<T>, GIVEN);

impl<'de, S, L, M> Deserialize<'de> for Form<S, L, M>
where
    S: Deserialize<'de>,
    L: Deserialize<'de>,
    M: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple_struct(FORM, 2, Parts(PhantomData))
    }
}

impl<S: JsonSchema, L: JsonSchema, M: JsonSchema> JsonSchema for Form<S, L, M> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!(
            "{}_{}_{}",
            S::schema_name(),
            L::schema_name(),
            M::schema_name()
        )
        .into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let forms = [
            generator.subschema_for::<S>(),
            generator.subschema_for::<L>(),
            generator.subschema_for::<M>(),
        ];
        let mut different: Vec<Schema> = Vec::new();
        for form in forms {
            if !different.contains(&form) {
                different.push(form);
            }
        }
        json_schema!({ "anyOf": different })
    }
}
