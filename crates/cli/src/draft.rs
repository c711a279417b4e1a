//! Files that get their names once they are whole.

use std::{
    fs::{File, Permissions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

/// A file in the folder of the place that it is for. Gone when it is dropped before it is kept.
pub struct Draft {
    file: NamedTempFile,
    place: PathBuf,
}

impl Draft {
    /// An empty one, with that mode where files have modes.
    pub fn of(place: PathBuf, mode: u32) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".ensemble-draft-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
        Ok(Self { file: builder.tempfile_in(folder(&place))?, place })
    }

    /// Where it is until it is kept.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Gives it the permissions of another file.
    pub fn permit(&self, permissions: Permissions) -> io::Result<()> {
        self.file.as_file().set_permissions(permissions)
    }

    /// How many bytes it has.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.file.as_file().metadata()?.len())
    }

    /// Makes sure that what was written stays, in the place of whatever is there.
    pub fn replace(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.place).map_err(|error| error.error)?;
        sync(folder(&self.place))
    }

    /// The same where nothing is there; what is, stays.
    pub fn keep(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist_noclobber(&self.place).map_err(|error| error.error)?;
        sync(folder(&self.place))
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A name lasts once its folder is on the disk.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
