//! Randomness, handed in.

/// Where branches, tags, Call-IDs and nonces come from.
///
/// RFC 3261 19.3 asks for tags that nobody can guess (at least 32 random bits),
/// so a server hands in a cryptographic source; a test a seeded one.
pub trait Random {
    /// Fills the buffer.
    fn fill(&mut self, buffer: &mut [u8]);
}

impl<F: FnMut(&mut [u8])> Random for F {
    fn fill(&mut self, buffer: &mut [u8]) {
        self(buffer);
    }
}

/// 64 random bits as 16 hexadecimal digits: a tag, or the end of a branch.
pub fn token(random: &mut dyn Random) -> String {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    hex::encode(bytes)
}
