//! The table that is printed, and where benchmarks keep their files.

use tempfile::TempDir;

/// One thing that was measured.
pub(crate) struct Row {
    /// What.
    pub(crate) what: String,
    /// What it should be.
    pub(crate) target: &'static str,
    /// What it is.
    pub(crate) figure: String,
    /// What it is limited by, with the numbers that say so.
    pub(crate) limit: String,
}

impl Row {
    /// Prints it as a row of a Markdown table.
    pub(crate) fn print(&self) {
        println!(
            "| {} | {} | {} | {} |",
            self.what, self.target, self.figure, self.limit
        );
    }
}

/// Prints the table's head.
pub(crate) fn head() {
    println!("| what | target | measured | what limits it |");
    println!("|---|---|---|---|");
}

/// A folder on the disk that the program is built on, where a flush is a real one.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}
