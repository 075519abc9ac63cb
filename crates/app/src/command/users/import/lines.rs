use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

/// A person has a few hundred bytes; what is longer is no line of ours.
const LONGEST: u64 = 1 << 20;

/// The lines of a file, with their numbers.
pub(super) struct Lines {
    reader: Box<dyn BufRead + Send>,
    number: u64,
    read: u64,
}

/// A line's number and its text, or what is wrong with it.
pub(super) type Line = (u64, Result<String, String>);

impl Lines {
    /// Opens a file, or the standard input for `-`, and says how long it is where that is known.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Option<u64>)> {
        let (reader, length): (Box<dyn BufRead + Send>, _) = if path == Path::new("-") {
            (Box::new(BufReader::new(io::stdin())), None)
        } else {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            if metadata.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            let length = metadata.is_file().then_some(metadata.len());
            (Box::new(BufReader::with_capacity(1 << 16, file)), length)
        };
        let lines = Self {
            reader,
            number: 0,
            read: 0,
        };
        Ok((lines, length))
    }

    /// The number of the last line that was read.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// How many bytes were read.
    pub(super) const fn read(&self) -> u64 {
        self.read
    }

    /// The next line that is not empty.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut bytes = Vec::new();
            let length = self.reader.by_ref().take(LONGEST).read_until(b'\n', &mut bytes)?;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            self.read += length as u64;
            if length as u64 == LONGEST && bytes.last() != Some(&b'\n') {
                self.read += self.reader.skip_until(b'\n')? as u64;
                return Ok(Some((self.number, Err("is longer than 1 MiB".to_owned()))));
            }
            let text = String::from_utf8(bytes).map_err(|_would_be_quoted| "is not UTF-8".to_owned());
            // Windows puts a mark before the first line.
            let text = text.map(|text| text.trim_start_matches('\u{feff}').trim().to_owned());
            if text.as_ref().is_ok_and(String::is_empty) {
                continue;
            }
            return Ok(Some((self.number, text)));
        }
    }
}
