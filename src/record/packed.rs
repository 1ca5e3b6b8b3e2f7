//! Values as bytes and back, compact and without a schema: for files read only by the version that wrote them.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The value as bytes.
///
/// # Errors
/// The value cannot be written so.
pub fn pack(value: &impl Serialize) -> io::Result<Vec<u8>> {
    postcard::to_allocvec(value).map_err(io::Error::other)
}

/// The value of some bytes; `None` if they are not one, or not all of one, or more.
pub fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let (value, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(value)
}

/// What stands first in some bytes; `None` if it does not.
pub fn unpack_first<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    Some(postcard::take_from_bytes(bytes).ok()?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::observation::Observation;
    use crate::record::sample;

    #[test]
    fn every_cut_is_noticed() {
        let bytes = pack(&sample::observation(&sample::scenario(), 1)).unwrap();
        assert!(unpack::<Observation>(&bytes).is_some());
        for n in (0..bytes.len()).step_by(7) {
            assert!(unpack::<Observation>(&bytes[..n]).is_none(), "{n} of {}", bytes.len());
        }
        assert!(unpack::<Observation>(&[&bytes[..], &[0]].concat()).is_none());
    }
}
