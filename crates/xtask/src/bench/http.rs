//! As much HTTP as a measurement needs: one request after the other on a connection that stays open.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Client {
    address: String,
    stream: BufReader<TcpStream>,
}

impl Client {
    /// # Errors
    /// That nobody listens there.
    pub(super) fn connect(address: &str) -> Result<Self, String> {
        let connect = || -> io::Result<TcpStream> {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Ok(stream)
        };
        let stream = connect().map_err(|error| format!("{address} cannot be reached: {error}"))?;
        Ok(Self {
            address: address.to_owned(),
            stream: BufReader::new(stream),
        })
    }

    /// A server closes a connection that nothing comes on.
    ///
    /// # Errors
    /// That nobody listens there any more.
    pub(super) fn connect_again(&mut self) -> Result<(), String> {
        *self = Self::connect(&self.address)?;
        Ok(())
    }

    /// The body of the answer.
    ///
    /// # Errors
    /// That there is none, or another than 200.
    pub(super) fn post(&mut self, path: &str, body: &str) -> Result<String, String> {
        self.send("POST", path, body)
    }

    /// The body of the answer.
    ///
    /// # Errors
    /// That there is none, or another than 200.
    pub(super) fn get(&mut self, path: &str) -> Result<String, String> {
        self.send("GET", path, "")
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> Result<String, String> {
        let (status, answer) = self
            .exchange(method, path, body)
            .map_err(|error| format!("{}{path} does not answer: {error}", self.address))?;
        if status.contains(" 200 ") {
            Ok(answer)
        } else {
            Err(format!("{}{path}: {} {answer}", self.address, status.trim()))
        }
    }

    fn exchange(&mut self, method: &str, path: &str, body: &str) -> io::Result<(String, String)> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut status = String::new();
        self.stream.read_line(&mut status)?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value
                    .trim()
                    .parse()
                    .map_err(|_says_no_more| io::ErrorKind::InvalidData)?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        Ok((status, String::from_utf8_lossy(&answer).into_owned()))
    }
}

/// The text of the first field with this name, where it has nothing that is escaped.
///
/// # Errors
/// That there is no such field.
pub(super) fn field<'a>(json: &'a str, name: &str) -> Result<&'a str, String> {
    let begin = format!("\"{name}\":\"");
    let found = json.split_once(&begin).and_then(|(_, rest)| rest.split_once('"'));
    found
        .map(|(text, _)| text)
        .ok_or_else(|| format!("there is no {name} in {json}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_name() {
        let json = r#"{"no":1,"code":"abc","openids":{"wx1":"oA"}}"#;
        assert_eq!(field(json, "code"), Ok("abc"));
        assert_eq!(field(json, "wx1"), Ok("oA"));
        assert!(field(json, "no").is_err());
    }
}
