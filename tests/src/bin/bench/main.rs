//! The benchmark's client: loads a daemon, ours or stock, and prints `NAME VALUE`
//! lines for `tests/bench` to put into its table.
//!
//! It speaks the protocol itself, so that what is measured is the daemon and not a
//! client library. A socket is given by its path, a call by its name: `libversion`,
//! `info`, `xml` (the latter two of the domain `bench-0`), `list`, `stats`.

mod beside;
mod call;
mod domains;
mod load;
mod start;

use std::path::Path;
use std::process::exit;

const USAGE: &str = "usage:
  bench latency SOCKET CALL COUNT                  microseconds of a call, median
  bench throughput SOCKET CALL CONNECTIONS INFLIGHT SECONDS   calls per second
  bench p99 SOCKET CALL COUNT                      microseconds of a call, what one in a hundred exceeds
  bench events SOCKET SUBSCRIBERS COUNT TEMPLATE   microseconds until a change returns, and until its event is
                                                   with a subscriber behind so many others
  bench calls SOCKET CALL COUNT                    makes calls, prints nothing
  bench connects SOCKET COUNT                      microseconds to connect, open, close
  bench define SOCKET FROM COUNT TEMPLATE          microseconds to define a domain, median
  bench undefine SOCKET FROM COUNT                 undefines them
  bench answer SOCKET COMMAND...                   milliseconds from exec to the first answer
  bench create SOCKET XML OUTPUT TEXT              milliseconds until the guest's output has TEXT
  bench destroy SOCKET NAME                        milliseconds until destroy returns";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["latency", socket, call, count] => load::latency(Path::new(socket), call, number(count)),
        ["p99", socket, call, count] => beside::p99(Path::new(socket), call, number(count)),
        ["events", socket, subscribers, count, template] => {
            beside::events(Path::new(socket), number(subscribers), number(count), Path::new(template));
        }
        ["throughput", socket, call, connections, inflight, seconds] => {
            load::throughput(Path::new(socket), call, number(connections), number(inflight), number(seconds));
        }
        ["calls", socket, call, count] => load::calls(Path::new(socket), call, number(count)),
        ["connects", socket, count] => load::connects(Path::new(socket), number(count)),
        ["define", socket, from, count, template] => {
            domains::define(Path::new(socket), number(from), number(count), Path::new(template));
        }
        ["undefine", socket, from, count] => {
            domains::undefine(Path::new(socket), number(from), number(count))
        }
        ["answer", socket, command @ ..] => start::answer(Path::new(socket), command),
        ["create", socket, xml, output, text] => {
            domains::create(Path::new(socket), Path::new(xml), Path::new(output), text);
        }
        ["destroy", socket, name] => domains::destroy(Path::new(socket), name),
        _ => {
            eprintln!("{USAGE}");
            exit(2);
        }
    }
}

fn number(text: &str) -> usize {
    text.parse().unwrap_or_else(|_| {
        eprintln!("`{text}` is no number\n{USAGE}");
        exit(2);
    })
}

/// The middle one.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
