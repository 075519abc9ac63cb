//! A promise that is in no suite's list is never checked, and nothing else would notice.

use std::{fs, path::Path};

fn source(folder: &Path) -> String {
    let mut source = String::new();
    for entry in fs::read_dir(folder).expect("the crate has its sources") {
        let path = entry.expect("the folder can be listed").path();
        source += &if path.is_dir() {
            self::source(&path)
        } else {
            fs::read_to_string(&path).expect("a source is text")
        };
    }
    source
}

#[test]
fn every_promise_is_listed_in_its_suite() {
    let source = source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/contract"));
    let promises: Vec<_> = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next())
        .collect();
    assert!(promises.len() > 100, "the promises were not found");
    for promise in promises {
        let listed = format!("\n                {promise},\n");
        assert!(source.contains(&listed), "{promise} is in no list");
    }
}
