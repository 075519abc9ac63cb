use std::error::Error;

/// What happened and what caused it. Drivers tell of one thing in several lines, and of its cause in the same words again.
pub(super) fn one_line(error: &dyn Error) -> String {
    let words = |error: &dyn Error| error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut line = words(error);
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_in_words = words(cause);
        if !line.contains(&cause_in_words) {
            line = format!("{line}: {cause_in_words}");
        }
        source = cause.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn lines_become_one_and_repetitions_are_left_out() {
        let error = anyhow!("no route\n to host")
            .context("I/O: no route to host")
            .context("cannot start");
        assert_eq!(one_line(error.as_ref()), "cannot start: I/O: no route to host");
    }

    #[test]
    fn a_cause_that_was_quoted_is_not_told_again() {
        let error = anyhow!("ERROR 28000 (1045): Access denied")
            .context("Server error: `ERROR 28000 (1045): Access denied'");
        let line = "Server error: `ERROR 28000 (1045): Access denied'";
        assert_eq!(one_line(error.as_ref()), line);
    }
}
