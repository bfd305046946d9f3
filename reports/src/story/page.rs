//! Lines of text that are no wider than a terminal.

/// Columns of a page.
const COLUMNS: usize = 88;
/// Columns of the time of day, and what stands between it and the text.
const TIME: usize = 10;

/// Text that is being set.
#[derive(Debug, Default)]
pub(crate) struct Page(String);

impl Page {
    /// What was set.
    pub(crate) fn text(self) -> String {
        self.0
    }

    pub(crate) fn blank(&mut self) {
        self.0.push('\n');
    }

    /// A line as it is.
    pub(crate) fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// What happened, beside the time at which it did.
    pub(crate) fn entry(&mut self, time: &str, text: &str) {
        self.set(&format!("{time:TIME$}"), TIME, text);
    }

    /// More about what happened.
    pub(crate) fn detail(&mut self, text: &str) {
        let hang = if text.starts_with("- ") { 2 } else { 0 };
        self.set(&" ".repeat(TIME), TIME + hang, text);
    }

    /// Text that begins behind `lead`.
    pub(crate) fn paragraph(&mut self, lead: &str, text: &str) {
        self.set(lead, lead.chars().count(), text);
    }

    /// Words behind `lead`, broken into lines that begin `hang` columns in.
    fn set(&mut self, lead: &str, hang: usize, text: &str) {
        let mut line = lead.to_owned();
        let mut empty = true;
        for word in text.split(' ') {
            let width = line.chars().count() + usize::from(!empty) + word.chars().count();
            if width > COLUMNS && !empty {
                self.line(line.trim_end());
                line = " ".repeat(hang);
            } else if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.line(line.trim_end());
    }
}
