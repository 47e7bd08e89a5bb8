//! From `tracing`'s events to lines: one subscriber, whose settings can change while it runs.

use std::fmt::{self, Write};
use std::sync::{Arc, PoisonError, RwLock};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

pub use super::output::LogError;
use super::output::{Output, Record};
use super::settings::{Filters, Level, LogConfig, Target};

/// The running log, to change its settings.
#[derive(Clone)]
pub struct Logger(Arc<RwLock<Settings>>);

struct Settings {
    level: Level,
    filters: Filters,
    outputs: Vec<(Level, Output)>,
}

/// Starts the log of this process.
pub fn init(config: &LogConfig) -> Result<Logger, LogError> {
    let logger = Logger(Arc::new(RwLock::new(Settings::open(config)?)));
    // Only a test's log could have been there before; the settings of that one stay.
    let _ = tracing::subscriber::set_global_default(logger.clone());
    Ok(logger)
}

impl Logger {
    /// Changes the settings. An error leaves the old ones.
    pub fn reload(&self, config: &LogConfig) -> Result<(), LogError> {
        let settings = Settings::open(config)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = settings;
        tracing::callsite::rebuild_interest_cache();
        Ok(())
    }
}

impl Settings {
    fn open(config: &LogConfig) -> Result<Self, LogError> {
        let outputs = match &config.outputs {
            Some(outputs) => outputs
                .0
                .iter()
                .map(|(level, target)| Ok((*level, Output::open(target)?)))
                .collect::<Result<_, _>>()?,
            None => vec![(config.level, Output::open(&Target::Stderr)?)],
        };
        Ok(Self { level: config.level, filters: config.filters.clone(), outputs })
    }

    fn wants(&self, level: Level, part: &str) -> bool {
        level >= self.filters.level_of(part).unwrap_or(self.level)
            && self.outputs.iter().any(|(least, _)| level >= *least)
    }

    /// The lowest level that can be written at all.
    fn least(&self) -> Level {
        self.filters.0.iter().map(|filter| filter.level).fold(self.level, Level::min)
    }
}

fn level_of(metadata: &Metadata<'_>) -> Level {
    match *metadata.level() {
        tracing::Level::ERROR => Level::Error,
        tracing::Level::WARN => Level::Warning,
        tracing::Level::INFO => Level::Info,
        tracing::Level::DEBUG | tracing::Level::TRACE => Level::Debug,
    }
}

impl Subscriber for Logger {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let settings = self.0.read().unwrap_or_else(PoisonError::into_inner);
        metadata.is_event() && settings.wants(level_of(metadata), metadata.target())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let settings = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(match settings.least() {
            Level::Debug => LevelFilter::DEBUG,
            Level::Info => LevelFilter::INFO,
            Level::Warning => LevelFilter::WARN,
            Level::Error => LevelFilter::ERROR,
        })
    }

    fn event(&self, event: &Event<'_>) {
        let level = level_of(event.metadata());
        let mut text = Text(String::new());
        event.record(&mut text);
        let record = Record { level, part: event.metadata().target(), text: &text.0 };
        let settings = self.0.read().unwrap_or_else(PoisonError::into_inner);
        for (least, output) in &settings.outputs {
            if level >= *least {
                output.write(&record);
            }
        }
    }

    // Spans are not used: every message says by itself whom it is about.
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// The message, then the other fields as `name=value`.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let separator = if self.0.is_empty() { "" } else { " " };
        let _ = if field.name() == "message" {
            write!(self.0, "{separator}{value:?}")
        } else {
            write!(self.0, "{separator}{}={value:?}", field.name())
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logging::Outputs;

    #[test]
    fn messages_go_where_the_settings_say_and_settings_change() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let config = |filters: &str, name: &str| LogConfig {
            level: Level::Warning,
            filters: Filters::parse(filters).unwrap(),
            outputs: Some(Outputs::parse(&format!("1:file:{}", file(name).display())).unwrap()),
        };
        let logger = Logger(Arc::new(RwLock::new(Settings::open(&config("1:mine", "a")).unwrap())));
        tracing::subscriber::with_default(logger.clone(), || {
            tracing::debug!(target: "mine", count = 3, "seen");
            tracing::info!(target: "other", "not seen");
            tracing::warn!(target: "other", "seen too");
            logger.reload(&config("4:mine", "b")).unwrap();
            tracing::warn!(target: "mine", "no longer");
            tracing::error!(target: "mine", "in b");
        });
        let lines = |name| std::fs::read_to_string(file(name)).unwrap();
        assert_eq!(lines("a").lines().count(), 2);
        assert!(lines("a").contains(": debug : mine : seen count=3\n"), "{}", lines("a"));
        assert_eq!(lines("b").lines().count(), 1);
        assert!(
            logger
                .reload(&LogConfig {
                    outputs: Some(Outputs(vec![(Level::Error, Target::File("/no/x".into()))])),
                    ..LogConfig::default()
                })
                .is_err()
        );
    }
}
