//! The keys to the API.

use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::store::{PAGE_ROWS_MAX, Store, StoreError, Token, TokenOf};

/// Tokens that may exist at once.
pub const TOKENS_MAX: usize = PAGE_ROWS_MAX - 1;
/// Bytes of chance in a token: nobody guesses it.
const TOKEN_BYTES: usize = 32;

/// Makes the first token, which may do everything, in a store that has none;
/// `None` where there is one already. It is told this once and never again.
///
/// # Errors
/// Where the store fails.
///
/// # Panics
/// Within an asynchronous runtime.
pub fn first_token(store: &Store) -> Result<Option<String>, StoreError> {
    if !store.tokens()?.is_empty() {
        return Ok(None);
    }
    make_token(store, "first", TokenOf::System).map(Some)
}

/// Makes a token. The store keeps its hash only.
///
/// # Errors
/// Where there are [`TOKENS_MAX`], or where the store fails.
///
/// # Panics
/// Within an asynchronous runtime.
pub fn make_token(store: &Store, name: &str, of: TokenOf) -> Result<String, StoreError> {
    if store.tokens()?.len() >= TOKENS_MAX {
        return Err(StoreError::failed(&"there are too many tokens"));
    }
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|why| StoreError::failed(&why))?;
    let token = format!("tandem-{}", hex::encode(bytes));
    let passed = SystemTime::now().duration_since(UNIX_EPOCH);
    let passed = passed.map_or(0, |passed| passed.as_micros());
    let row = Token {
        name: name.to_owned(),
        of,
        created_us: i64::try_from(passed).unwrap_or(i64::MAX),
    };
    let hash = hash(&token);
    store.write(move |txn| txn.put_token(&hash, &row))?.wait()?;
    Ok(token)
}

/// What the store knows a token by. As it is looked up by its hash, how long
/// that takes tells about the hash only, which nobody can steer: to come closer
/// to a stored one is as hard as to break SHA-256.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
