//! The descriptors that came along with the specification, each to be taken once by the device it is for.

use std::{fs::File, os::fd::OwnedFd};

use vireo_control::FdIndex;

/// Why a descriptor cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FdError {
    /// Beyond the list.
    #[error("{user}: descriptor {index} of {count} does not exist")]
    Missing {
        /// Whose descriptor it was to be.
        user: String,
        /// Its place in the list.
        index: u16,
        /// Length of the list.
        count: usize,
    },
    /// Named twice.
    #[error("{user}: descriptor {index} is named twice in the specification")]
    Taken {
        /// Whose descriptor it was to be.
        user: String,
        /// Its place in the list.
        index: u16,
    },
}

/// The list.
#[derive(Debug, Default)]
pub struct Descriptors(Vec<Option<OwnedFd>>);

impl Descriptors {
    /// Takes a descriptor out. `user` is named in the error.
    pub fn take(&mut self, index: FdIndex, user: &str) -> Result<OwnedFd, FdError> {
        let count = self.0.len();
        match self.0.get_mut(usize::from(index.0)) {
            None => Err(FdError::Missing { user: user.to_owned(), index: index.0, count }),
            Some(slot) => slot.take().ok_or_else(|| FdError::Taken { user: user.to_owned(), index: index.0 }),
        }
    }

    /// [`Descriptors::take`], as a file.
    pub fn take_file(&mut self, index: FdIndex, user: &str) -> Result<File, FdError> {
        self.take(index, user).map(File::from)
    }
}

impl From<Vec<OwnedFd>> for Descriptors {
    fn from(list: Vec<OwnedFd>) -> Self {
        Self(list.into_iter().map(Some).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_descriptor_is_given_out_once() {
        let null = File::open("/dev/null").unwrap();
        let mut list = Descriptors::from(vec![OwnedFd::from(null)]);
        list.take(FdIndex(0), "disk vda").unwrap();
        let twice = list.take(FdIndex(0), "disk vdb").unwrap_err();
        assert_eq!(twice.to_string(), "disk vdb: descriptor 0 is named twice in the specification");
        let missing = list.take_file(FdIndex(7), "initrd").unwrap_err();
        assert_eq!(missing.to_string(), "initrd: descriptor 7 of 1 does not exist");
    }
}
