//! Words of the operator's own: a folder of files like those in `texts/`, of which each message takes
//! the place of the one that is compiled in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use frontdesk_desk::text::{Wording, WordingError};
use frontdesk_desk::ticket::Lang;

/// How the names of files with texts end; others in the folder are none of ours.
const ENDING: &str = "ftl";

/// Why the operator's words cannot be used: one sentence that names the file.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    /// The folder, or a file in it, cannot be read.
    #[error("desk.texts: {} cannot be read: {problem}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        problem: io::Error,
    },
    /// A file for a language that the desk does not speak.
    #[error("desk.texts: {} is for no language of the desk; it knows {}", path.display(), files())]
    Language {
        /// Which file.
        path: PathBuf,
    },
    /// A text cannot be said so.
    #[error("desk.texts: {}, {error}", path.display())]
    Words {
        /// Which file.
        path: PathBuf,
        /// Where in it, and what is wrong.
        error: WordingError,
    },
}

/// The names that files can have.
fn files() -> String {
    let names = Lang::ALL.iter().map(|lang| file_name(*lang));
    names.collect::<Vec<_>>().join(" and ")
}

fn file_name(lang: Lang) -> String {
    format!("{}.{ENDING}", lang.as_str())
}

/// The operator's words as they lie in the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnTexts {
    folder: PathBuf,
    files: Vec<(Lang, String)>,
}

impl OwnTexts {
    /// Reads the files of the folder; without one there are no words of one's own.
    ///
    /// # Errors
    /// If something cannot be read, or is for another language.
    pub fn read(folder: Option<&Path>) -> Result<Self, TextsError> {
        let Some(folder) = folder else {
            return Ok(Self::default());
        };
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            |problem| TextsError::Unreadable { path, problem }
        };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
            let path = entry.map_err(unreadable(folder))?.path();
            if path.extension().is_none_or(|ending| ending != ENDING) {
                continue;
            }
            let name = path.file_stem().and_then(|name| name.to_str());
            let Some(lang) = name.and_then(|name| name.parse().ok()) else {
                return Err(TextsError::Language { path });
            };
            let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
            files.push((lang, text));
        }
        files.sort();
        Ok(Self {
            folder: folder.to_owned(),
            files,
        })
    }

    /// The desk's words with these among them.
    ///
    /// # Errors
    /// If one of them cannot be said.
    pub fn wording(&self) -> Result<Wording, TextsError> {
        Wording::with(&self.files).map_err(|error| TextsError::Words {
            path: self.folder.join(file_name(error.lang)),
            error,
        })
    }

    /// The files that there are.
    pub fn names(&self) -> Vec<String> {
        let names = self.files.iter().map(|(lang, _)| file_name(*lang));
        names.collect()
    }
}
