//! The repository as tests see it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the workspace.
///
/// # Panics
/// If this crate does not lie in a workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the workspace")
}

/// Every file that belongs to the project, relative to the root, sorted: what
/// git tracks or would add; without git, what lies there.
pub fn files(root: &Path) -> Vec<String> {
    let mut files = git_files(root).unwrap_or_else(|| walk(root));
    files.retain(|file| root.join(file).is_file());
    files.sort();
    files.dedup();
    files
}

fn git_files(root: &Path) -> Option<Vec<String>> {
    let arguments = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let output = Command::new("git")
        .current_dir(root)
        .args(arguments)
        .output()
        .ok()?;
    let list = String::from_utf8(output.stdout).ok()?;
    let files: Vec<String> = list
        .split('\0')
        .filter(|file| !file.is_empty())
        .map(str::to_owned)
        .collect();
    // A source archive unpacked inside somebody's repository lists no files.
    (output.status.success() && !files.is_empty()).then_some(files)
}

/// Folders that a build or a test run makes.
const MADE: &[&str] = &[".git", "target", "node_modules", "out"];

fn walk(root: &Path) -> Vec<String> {
    let (mut files, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root.join(&folder)) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = folder.join(entry.file_name());
            if !entry.path().is_dir() {
                files.extend(path.to_str().map(str::to_owned));
            } else if !MADE.contains(&entry.file_name().to_string_lossy().as_ref()) {
                folders.push(path);
            }
        }
    }
    files
}
