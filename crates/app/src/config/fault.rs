use std::fmt;

/// Something that is wrong with the configuration. It never holds a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    key: String,
    message: String,
}

impl Fault {
    pub(super) fn of_variable(name: &str, message: &str) -> Self {
        Self {
            key: name.to_owned(),
            message: message.to_owned(),
        }
    }

    pub(super) fn of_key(key: &str, message: &str) -> Self {
        Self {
            key: key.to_owned(),
            message: format!("{message}; variable {}", variable(key)),
        }
    }

    /// A key that nothing reads, in the layer that sets it.
    pub(super) fn unknown(key: &str, origin: &str) -> Self {
        Self {
            key: key.to_owned(),
            message: format!("is no key of ours (set in {origin})"),
        }
    }

    pub(super) fn of_files(message: &str) -> Self {
        Self {
            key: "configuration".to_owned(),
            message: message.to_owned(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.message)
    }
}

/// Every fault of a configuration.
#[derive(Debug, PartialEq, Eq)]
pub struct Faults(pub(super) Vec<Fault>);

/// One fault is one line; several are a line each below another.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [fault] = self.0.as_slice() {
            return fault.fmt(f);
        }
        f.write_str("the configuration is not good:")?;
        self.0.iter().try_for_each(|fault| write!(f, "\n{fault}"))
    }
}

impl std::error::Error for Faults {}

fn variable(key: &str) -> String {
    format!("WECHAT_LOGIN__{}", key.to_ascii_uppercase().replace('.', "__"))
}
