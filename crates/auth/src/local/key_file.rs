//! The file that keeps the local issuer's private key.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand,
    rsa::{KeyPair, KeySize},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use thiserror::Error;

/// Permission bits that let anybody but the owner touch the file.
const OTHERS: u32 = 0o077;

/// Why there is no key to sign with.
#[derive(Debug, Error)]
pub enum LocalKeyError {
    /// Others than the owner have access to the key.
    #[error("others may read the key file {} (mode {mode:03o}): run chmod 600 on it, or delete it", path.display())]
    Exposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds something else.
    #[error("the key file {} holds no RSA key in PKCS#8 PEM: delete it to have a new one made", path.display())]
    NotAKey {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: jsonwebtoken::errors::Error,
    },
    /// The file cannot be read or made.
    #[error("the key file {} cannot be read or made", path.display())]
    File {
        /// The key file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// Answers the PEM text in the file, which is made first when there is none. Whoever comes at the same time gets the same.
///
/// # Errors
///
/// [`LocalKeyError::Exposed`] when others have access to the file, [`LocalKeyError::File`] when it cannot be read or made.
pub fn read_or_make(path: &Path) -> Result<String, LocalKeyError> {
    let trouble = |source| LocalKeyError::File { path: path.to_owned(), source };
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(path).map_err(trouble)?;
            File::open(path)
        }
        opened => opened,
    }
    .map_err(trouble)?;
    let mode = file.metadata().map_err(trouble)?.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        return Err(LocalKeyError::Exposed { path: path.to_owned(), mode });
    }
    let mut pem = String::new();
    file.read_to_string(&mut pem).map_err(trouble)?;
    Ok(pem)
}

/// Makes a key under another name and then gives it the right one, unless a key has that name by now.
fn make(path: &Path) -> io::Result<()> {
    let draft = draft_name(path)?;
    let made = write_private(&draft, &new_key()?).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = fs::remove_file(&draft);
    made.and(removed)
}

/// A name beside the file that nobody else thinks of.
fn draft_name(path: &Path) -> io::Result<PathBuf> {
    let mut random = [0; 8];
    rand::fill(&mut random).map_err(io::Error::other)?;
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{:016x}", u64::from_be_bytes(random)));
    Ok(path.with_file_name(name))
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A new RSA key of 2048 bits in PKCS#8 PEM (RFC 7468, section 10).
fn new_key() -> io::Result<String> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(io::Error::other)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(io::Error::other)?;
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    for line in der.as_ref().chunks(48) {
        STANDARD.encode_string(line, &mut pem);
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Ok(pem)
}
