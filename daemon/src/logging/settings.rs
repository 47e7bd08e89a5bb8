//! What `log_level`, `log_filters` and `log_outputs` say, and the variables of the same meaning.

use std::path::PathBuf;

/// How much a message matters, with libvirt's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 1
    Debug = 1,
    /// 2
    Info = 2,
    /// 3
    Warning = 3,
    /// 4
    Error = 4,
}

impl Level {
    /// The level of a number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Level::Debug, Level::Info, Level::Warning, Level::Error]
            .into_iter()
            .find(|level| *level as u8 == number)
    }

    /// What it is called in the log.
    pub fn name(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().and_then(Level::from_number);
        number.ok_or_else(|| format!("'{text}' is not a level between 1 and 4"))
    }
}

/// `1:rpc 3:domain`: levels for the parts whose name contains a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters(pub Vec<Filter>);

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// From which level on messages are written.
    pub level: Level,
    /// What the part's name contains; `*` stands for any text.
    pub part: String,
}

impl Filters {
    /// Reads them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parse_one = |item: &str| {
            let (level, part) =
                item.split_once(':').ok_or_else(|| format!("filter '{item}' is not LEVEL:PART"))?;
            if part.is_empty() {
                return Err(format!("filter '{item}' names no part"));
            }
            Ok(Filter { level: Level::parse(level)?, part: part.to_owned() })
        };
        text.split_whitespace().map(parse_one).collect::<Result<_, _>>().map(Filters)
    }

    /// The level of the first that matches a part.
    pub fn level_of(&self, part: &str) -> Option<Level> {
        self.0.iter().find(|filter| matches(&filter.part, part)).map(|filter| filter.level)
    }
}

/// Whether the pattern's pieces between its stars stand in the text, in their order.
fn matches(pattern: &str, text: &str) -> bool {
    // Parts are called by their module here; stock filters write them with dots.
    let text = text.replace("::", ".");
    let mut rest = text.as_str();
    pattern.split('*').all(|piece| match rest.find(piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

/// `1:stderr 3:file:/var/log/x`: where messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outputs(pub Vec<(Level, Target)>);

/// One place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The standard error output.
    Stderr,
    /// The end of a file.
    File(PathBuf),
    /// The system's log, under this name.
    Syslog(String),
    /// The journal, with its fields.
    Journald,
}

impl Outputs {
    /// Reads them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parse_one = |item: &str| {
            let mut parts = item.splitn(3, ':');
            let level = Level::parse(parts.next().unwrap_or_default())?;
            let target = match (parts.next(), parts.next()) {
                (Some("stderr"), None) => Target::Stderr,
                (Some("journald"), None) => Target::Journald,
                (Some("syslog"), Some(name)) if !name.is_empty() => Target::Syslog(name.to_owned()),
                (Some("file"), Some(path)) if path.starts_with('/') => Target::File(path.into()),
                (Some("file"), _) => return Err(format!("output '{item}' names no absolute path")),
                (Some("syslog"), _) => return Err(format!("output '{item}' has no name")),
                _ => return Err(format!("output '{item}' is none of stderr, file, syslog, journald")),
            };
            Ok((level, target))
        };
        text.split_whitespace().map(parse_one).collect::<Result<_, _>>().map(Outputs)
    }
}

/// All three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// From which level on messages are written that no filter matches.
    pub level: Level,
    /// Levels for parts.
    pub filters: Filters,
    /// Where they go; by default to the standard error output.
    pub outputs: Option<Outputs>,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: Level::Warning, filters: Filters::default(), outputs: None }
    }
}

impl LogConfig {
    /// What the environment says goes before the file. An error names the variable.
    pub fn with_environment(mut self, variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let set = |name: &'static str| variable(name).filter(|value| !value.is_empty());
        let fail = |name: &str| {
            let name = name.to_owned();
            move |what: String| format!("{name}: {what}")
        };
        if let Some(value) = set("LIBVIRT_DEBUG") {
            self.level = match value.as_str() {
                "1" | "debug" => Level::Debug,
                "2" | "info" => Level::Info,
                "3" | "warning" | "warn" => Level::Warning,
                "4" | "error" => Level::Error,
                other => return Err(format!("LIBVIRT_DEBUG: '{other}' is not a level between 1 and 4")),
            };
        }
        if let Some(value) = set("LIBVIRT_LOG_FILTERS") {
            self.filters = Filters::parse(&value).map_err(fail("LIBVIRT_LOG_FILTERS"))?;
        }
        if let Some(value) = set("LIBVIRT_LOG_OUTPUTS") {
            self.outputs = Some(Outputs::parse(&value).map_err(fail("LIBVIRT_LOG_OUTPUTS"))?);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_filter_that_matches_decides() {
        let filters = Filters::parse("1:rpc.lanes 4:rpc 2:dom*actor").unwrap();
        assert_eq!(filters.level_of("vireod::rpc::lanes"), Some(Level::Debug));
        assert_eq!(filters.level_of("vireod::rpc::connection"), Some(Level::Error));
        assert_eq!(filters.level_of("vireod::domain::actor"), Some(Level::Info));
        assert_eq!(filters.level_of("vireod::host"), None);
        assert_eq!(Filters::parse("3:*").unwrap().level_of("anything"), Some(Level::Warning));
    }

    #[test]
    fn outputs_are_read() {
        let outputs = Outputs::parse("1:file:/var/log/a:b 3:stderr 4:syslog:vireod 2:journald").unwrap();
        let file = Target::File("/var/log/a:b".into());
        assert_eq!(
            outputs.0,
            [
                (Level::Debug, file),
                (Level::Warning, Target::Stderr),
                (Level::Error, Target::Syslog("vireod".into())),
                (Level::Info, Target::Journald),
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(Filters::parse("rpc").unwrap_err(), "filter 'rpc' is not LEVEL:PART");
        assert_eq!(Filters::parse("7:rpc").unwrap_err(), "'7' is not a level between 1 and 4");
        assert_eq!(Filters::parse("1:").unwrap_err(), "filter '1:' names no part");
        assert!(Outputs::parse("1:console").unwrap_err().contains("'1:console' is none of"));
        assert!(Outputs::parse("1:file:log").unwrap_err().contains("absolute"));
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let file = LogConfig { level: Level::Error, ..LogConfig::default() };
        let config = file.clone().with_environment(|name| (name == "LIBVIRT_DEBUG").then(|| "1".into()));
        assert_eq!(config.unwrap().level, Level::Debug);
        for (word, level) in
            [("debug", Level::Debug), ("2", Level::Info), ("warn", Level::Warning), ("4", Level::Error)]
        {
            let config = file.clone().with_environment(|name| (name == "LIBVIRT_DEBUG").then(|| word.into()));
            assert_eq!(config.unwrap().level, level, "{word}");
        }
        for name in ["LIBVIRT_LOG_FILTERS", "LIBVIRT_LOG_OUTPUTS"] {
            let set = |value: &'static str| {
                file.clone().with_environment(|asked| (asked == name).then(|| value.into()))
            };
            assert_eq!(set("").unwrap(), file);
            assert!(set("9:x").unwrap_err().starts_with(&format!("{name}: ")));
        }
        let error = file.with_environment(|_| Some("x".into())).unwrap_err();
        assert!(error.starts_with("LIBVIRT_DEBUG: "), "{error}");
    }
}
