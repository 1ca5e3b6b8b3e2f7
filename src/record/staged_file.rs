//! A file being written: buffered, and hashed on the way. [`super::output_folder`] brings it to disk for
//! good with all others of its folder, which is many times faster than one by one.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::error::{During, FileError};
use super::to_disk;

/// Size of the write buffer: tables come in blocks larger than this, which pass it by.
const BUFFER: usize = 1 << 14;
/// Read at once.
const BLOCK: usize = 1 << 17;

/// A finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// Path inside the output folder, with forward slashes.
    pub name: String,
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

/// A file of the output folder while it is being written.
#[derive(Debug)]
pub struct StagedFile {
    name: String,
    path: PathBuf,
    out: BufWriter<Hashing>,
}

#[derive(Debug)]
struct Hashing {
    file: File,
    sha: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let n = self.file.write(data)?;
        self.sha.update(&data[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl StagedFile {
    /// Creates `folder/name`, and the folders in between.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(folder: &Path, name: &str) -> Result<Self, FileError> {
        Self::buffered(folder, name, BUFFER)
    }

    fn buffered(folder: &Path, name: &str, buffer: usize) -> Result<Self, FileError> {
        let path = folder.join(name);
        let file = match File::create(&path) {
            // Most files lie in a folder that is there.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                create_in_new_folder(&path)?
            }
            other => other.during("create", &path)?,
        };
        let out = BufWriter::with_capacity(buffer, Hashing { file, sha: Sha256::new(), bytes: 0 });
        Ok(StagedFile { name: name.to_string(), path, out })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes all of `data`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put(&mut self, data: &[u8]) -> Result<(), FileError> {
        self.out.write_all(data).during("write", &self.path)
    }

    /// Writes what is left and closes the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(self) -> Result<FileRecord, FileError> {
        let StagedFile { name, path, out } = self;
        let Hashing { file, sha, bytes } =
            out.into_inner().map_err(io::IntoInnerError::into_error).during("write", &path)?;
        to_disk::begin(&file);
        drop(file);
        Ok(FileRecord { name, bytes, sha256: hex(&sha.finalize()) })
    }
}

fn create_in_new_folder(path: &Path) -> Result<File, FileError> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).during("create", parent)?;
    }
    File::create(path).during("create", path)
}

impl Write for StagedFile {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.out.write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}

/// SHA-256 of some bytes, lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The bytes of a file that is one: pipes and devices never end.
///
/// # Errors
/// It is something else, or cannot be read.
pub fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    regular(path)?;
    std::fs::read(path)
}

/// The bytes of a file of at most so many.
///
/// # Errors
/// What lies there is no file, or a larger one, or it cannot be read.
pub fn read_regular_within(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    regular(path)?;
    crate::scenario::read_at_most(path, most)
}

/// # Errors
/// What lies there is no file.
fn regular(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path)?.is_file() {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::InvalidData, "it is not a file")),
    }
}

/// SHA-256 of a file, lower-case hexadecimal.
///
/// # Errors
/// It cannot be read.
pub fn sha256_of(path: &Path) -> io::Result<String> {
    regular(path)?;
    let mut file = File::open(path)?;
    let (mut sha, mut block) = (Sha256::new(), vec![0; BLOCK]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex(&sha.finalize())),
            n => sha.update(&block[..n]),
        }
    }
}

/// Writes a small file at once.
///
/// # Errors
/// The file cannot be written.
pub fn write_file(folder: &Path, name: &str, data: &[u8]) -> Result<FileRecord, FileError> {
    let mut file = StagedFile::buffered(folder, name, 0)?;
    file.put(data)?;
    file.finish()
}

/// Writes a value as JSON that people can read, with a line break at the end.
///
/// # Errors
/// The file cannot be written.
pub fn write_json(folder: &Path, name: &str, value: &impl Serialize) -> Result<FileRecord, FileError> {
    let text = serde_json::to_vec_pretty(value).map_err(io::Error::from);
    let mut text = text.during("write", &folder.join(name))?;
    text.push(b'\n');
    write_file(folder, name, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_is_what_is_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = StagedFile::create(folder.path(), "a/b.csv").unwrap();
        file.put(b"abc").unwrap();
        let record = file.finish().unwrap();
        assert_eq!(std::fs::read(folder.path().join("a/b.csv")).unwrap(), b"abc");
        assert_eq!(record.bytes, 3);
        assert_eq!(record.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(record.sha256, sha256_hex(b"abc"));
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), b"").unwrap();
        let error = StagedFile::create(folder.path(), "a/b.csv").unwrap_err();
        assert!(error.to_string().starts_with("cannot create "), "{error}");
        assert!(error.help().contains("in the way"), "{}", error.help());
    }
}
