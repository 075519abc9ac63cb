//! Whether the machine has room for a measurement: one that swaps, or fills the disk, measures nothing and harms others.

use std::{fs, path::Path, process::Command};

use crate::run;

/// Free space for so many MiB in the folder for temporary files, and as much memory for another number of them.
///
/// # Errors
/// What is too little.
pub(super) fn check(disk: u64, memory: u64) -> Result<(), String> {
    let folder = std::env::temp_dir();
    let free = free_disk(&folder)?;
    if free < disk {
        return Err(format!(
            "{} has {free} MiB left, and this needs {disk}: set TMPDIR, or ask for fewer with --users",
            folder.display()
        ));
    }
    match free_memory() {
        Some(free) if free < memory => Err(format!(
            "{free} MiB of memory are free, and this needs {memory}: ask for fewer with --users"
        )),
        _ => Ok(()),
    }
}

fn free_disk(folder: &Path) -> Result<u64, String> {
    let told = run::output(Command::new("df").arg("-Pm").arg(folder))?;
    let free = told
        .lines()
        .nth(1)
        .and_then(|line| line.split_whitespace().nth(3)?.parse().ok());
    free.ok_or_else(|| format!("df says something else than expected: {told}"))
}

/// `None` where the system does not tell.
fn free_memory() -> Option<u64> {
    let told = fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1_024)
}
