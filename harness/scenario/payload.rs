//! What a payload is made of, and its bytes, made once and only when they are needed.

use std::cell::OnceCell;
use std::rc::Rc;

/// Bytes that a scenario names, by a recipe.
#[derive(Debug, Clone)]
pub struct Payload {
    recipe: Recipe,
    made: Rc<OnceCell<Rc<[u8]>>>,
}

/// How a payload's bytes come about.
#[derive(Debug, Clone)]
pub enum Recipe {
    /// These bytes (from `text`, `hex` or `file`).
    Bytes(Rc<[u8]>),
    /// Bytes written out several times.
    Repeat {
        /// What is repeated.
        bytes: Rc<[u8]>,
        /// How often.
        times: usize,
    },
    /// Bytes that look random and are the same in every run.
    Random {
        /// How many.
        bytes: usize,
        /// Which.
        seed: u64,
    },
    /// Several recipes in a row.
    Row(Vec<Recipe>),
}

impl Payload {
    /// A payload by its recipe; nothing is made yet.
    pub fn new(recipe: Recipe) -> Payload {
        Payload {
            recipe,
            made: Rc::default(),
        }
    }

    /// How many bytes it has (saturating: the reader of scenarios refuses more than 64 MiB).
    pub fn len(&self) -> usize {
        self.recipe.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its bytes, made at the first call and shared from then on.
    pub fn bytes(&self) -> &Rc<[u8]> {
        self.made.get_or_init(|| match &self.recipe {
            Recipe::Bytes(bytes) => Rc::clone(bytes),
            recipe => {
                let mut bytes = Vec::with_capacity(recipe.len());
                recipe.write(&mut bytes);
                bytes.into()
            }
        })
    }
}

impl Recipe {
    /// How many bytes it makes.
    pub fn len(&self) -> usize {
        match self {
            Recipe::Bytes(bytes) => bytes.len(),
            Recipe::Repeat { bytes, times } => bytes.len().saturating_mul(*times),
            Recipe::Random { bytes, .. } => *bytes,
            Recipe::Row(recipes) => recipes
                .iter()
                .fold(0, |sum: usize, recipe| sum.saturating_add(recipe.len())),
        }
    }

    /// Whether it makes none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn write(&self, into: &mut Vec<u8>) {
        match self {
            Recipe::Bytes(bytes) => into.extend_from_slice(bytes),
            Recipe::Repeat { bytes, times } => {
                (0..*times).for_each(|_| into.extend_from_slice(bytes));
            }
            Recipe::Random { bytes, seed } => write_random(*bytes, *seed, into),
            Recipe::Row(recipes) => recipes.iter().for_each(|recipe| recipe.write(into)),
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014), little-endian: eight bytes a step, the last cut short.
/// A generator that is written down here cannot change under a stored trace.
fn write_random(bytes: usize, seed: u64, into: &mut Vec<u8>) {
    let end = into.len() + bytes;
    let mut state = seed;
    while into.len() < end {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        into.extend_from_slice(&(word ^ (word >> 31)).to_le_bytes());
    }
    into.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(recipe: Recipe, expected: &[u8]) {
        let payload = Payload::new(recipe);
        assert_eq!(payload.len(), expected.len());
        assert_eq!(&payload.bytes()[..], expected);
    }

    #[test]
    fn recipes_make_their_bytes() {
        let ab: Rc<[u8]> = Rc::from(*b"ab");
        check(Recipe::Bytes(Rc::clone(&ab)), b"ab");
        check(
            Recipe::Repeat {
                bytes: Rc::clone(&ab),
                times: 3,
            },
            b"ababab",
        );
        check(
            Recipe::Row(vec![Recipe::Bytes(Rc::from(*b"x")), Recipe::Bytes(ab)]),
            b"xab",
        );
    }

    #[test]
    fn random_bytes_are_those_of_splitmix64() {
        // The first output for seed 0 is the generator's published test value.
        check(
            Recipe::Random { bytes: 5, seed: 0 },
            &0xe220_a839_7b1d_cdaf_u64.to_le_bytes()[..5],
        );
    }
}
