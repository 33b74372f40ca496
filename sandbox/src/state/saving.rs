//! The state file: read at the start, written beside itself and moved into place.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::World;

/// Reads the world; nothing if there is no file yet.
pub(crate) fn load(path: &Path) -> io::Result<Option<World>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let world = serde_json::from_slice(&bytes)
        // The words of the parser may quote what people wrote.
        .map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("not a state of the sandbox ({place})"),
            )
        })?;
    Ok(Some(world))
}

/// Writes the world so that a crash leaves the old file or the new one.
pub(crate) fn store(path: &Path, world: &World) -> io::Result<()> {
    let bytes = serde_json::to_vec(world)?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut file = File::create(&beside)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
