//! The desk as operators run it: the real binary as a child process, and what it takes from the
//! machine, as the kernel counts it.

use std::collections::BTreeMap;
use std::iter::Sum;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use frontdesk_sandbox::Sandbox;

/// A running desk.
pub(crate) struct Desk {
    child: Child,
}

impl Desk {
    /// Starts the desk against the sandbox, with its database in this folder. `settings` are
    /// environment variables without their prefix. The log holds warnings only and goes to stderr.
    pub(crate) fn start(sandbox: &Sandbox, folder: &Path, settings: &[(&str, &str)]) -> Self {
        let database = format!("sqlite:{}", folder.join("desk.db").display());
        let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
        command
            .current_dir(folder)
            .env("FRONTDESK_TELEGRAM__TOKEN", sandbox.token())
            .env("FRONTDESK_TELEGRAM__API_URL", sandbox.api_url())
            .env("FRONTDESK_DATABASE__URL", database)
            .env("FRONTDESK_LOG__LEVEL", "warn")
            .stdin(Stdio::null());
        for (name, value) in settings {
            command.env(format!("FRONTDESK_{name}"), value);
        }
        Self {
            child: command.spawn().expect("the desk starts"),
        }
    }

    /// Another program in the desk's place.
    pub(crate) fn other(program: &mut Command) -> Self {
        Self {
            child: program.spawn().expect("it starts"),
        }
    }

    /// Asks it to stop and waits for its end.
    pub(crate) fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        let ended = self.child.wait().expect("it is ours");
        assert!(ended.success(), "the desk did not stop in order: {ended}");
    }

    /// The processor time so far.
    pub(crate) fn cpu(&self) -> Cpu {
        Cpu::of(self.child.id())
    }

    /// Resident memory, in megabytes of a million bytes.
    pub(crate) fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .expect("Linux tells about processes in /proc");
        let kib: f64 = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok())
            .expect("the resident memory");
        kib * 1024.0 / 1e6
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // Only after a failure is it still there.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sum for Cpu {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        let mut sum = Self::default();
        for (name, spent) in parts.flat_map(|part| part.by_thread) {
            *sum.by_thread.entry(name).or_default() += spent;
        }
        sum
    }
}

/// Processor time of a process, in seconds, by the names of its threads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cpu {
    by_thread: BTreeMap<String, f64>,
}

impl Cpu {
    /// Of this process: the sandbox and the load generator.
    pub(crate) fn own() -> Self {
        Self::of(std::process::id())
    }

    /// Of all processes with this name.
    pub(crate) fn named(name: &str) -> Self {
        let processes = std::fs::read_dir("/proc").expect("Linux has /proc");
        let pids = processes.flatten().filter_map(|process| {
            let comm = std::fs::read_to_string(process.path().join("comm")).ok()?;
            let pid = process.file_name().to_str()?.parse().ok()?;
            (comm.trim() == name).then_some(pid)
        });
        pids.map(Self::of).sum()
    }

    fn of(pid: u32) -> Self {
        let mut cpu = Self::default();
        // It may have ended a moment ago.
        let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else {
            return cpu;
        };
        for task in tasks.flatten() {
            let read = |name| std::fs::read_to_string(task.path().join(name)).unwrap_or_default();
            let name = read("comm");
            let name = name
                .trim()
                .trim_end_matches(|end: char| end.is_ascii_digit() || end == '-' || end == ':');
            // Nanoseconds on a processor, first of three numbers.
            let nanos: f64 = read("schedstat")
                .split(' ')
                .next()
                .and_then(|nanos| nanos.parse().ok())
                .unwrap_or(0.0);
            *cpu.by_thread.entry(name.to_owned()).or_default() += nanos / 1e9;
        }
        cpu
    }

    /// All of it.
    pub(crate) fn total(&self) -> f64 {
        self.by_thread.values().sum()
    }

    /// What was used since.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let mut since = self.clone();
        for (name, spent) in &mut since.by_thread {
            *spent -= before.by_thread.get(name).copied().unwrap_or(0.0);
        }
        since
    }

    /// Microseconds for each of so many things, the largest threads named.
    pub(crate) fn each(&self, things: u64) -> String {
        let micros = |seconds: f64| seconds * 1e6 / things.max(1) as f64;
        let mut threads: Vec<_> = self.by_thread.iter().collect();
        threads.sort_by(|a, b| b.1.total_cmp(a.1));
        let named: Vec<String> = threads
            .iter()
            .take(3)
            .map(|(name, spent)| format!("{name} {:.0}", micros(**spent)))
            .collect();
        format!("{:.0} µs ({})", micros(self.total()), named.join(", "))
    }
}
