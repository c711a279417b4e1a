//! The real binary, started for one test.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use ensemble_domain::Role;
use reqwest::{
    Method,
    blocking::{Client, RequestBuilder, Response},
};
use serde_json::Value;

use crate::database::Database;

/// How long anything may take that should happen at once.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The binary as a command, in that folder, with nothing of this process's environment but what it needs to run.
pub fn ensemble(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ensemble"));
    command.current_dir(folder).env_clear();
    command
}

/// The lines logged so far.
type Log = Arc<Mutex<Vec<String>>>;

/// A running server. Killed when dropped.
pub struct Server {
    process: Child,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    log: Log,
    client: Client,
    tokens: Vec<(Role, String)>,
}

impl Server {
    /// Serves that database with the development issuer, its schema made.
    pub fn start(database: &Database) -> Self {
        Self::with(database, &[])
    }

    /// The same, with more environment variables.
    pub fn with(database: &Database, variables: &[(&str, &str)]) -> Self {
        let mut command = serve(database);
        command.envs(variables.iter().copied());
        let mut server = Self::run(command);
        if !variables.iter().any(|(name, _)| name.starts_with("ENSEMBLE__AUTH__") || *name == "AUTH0_DOMAIN") {
            server.make_tokens(database);
        }
        server
    }

    /// Serves by that command.
    pub fn run(command: Command) -> Self {
        let (process, log, base) = launched(command);
        Self { process, base, log, client: client(), tokens: Vec::new() }
    }

    /// Has the development issuer in the database's folder make a token for each role.
    pub fn make_tokens(&mut self, database: &Database) {
        self.tokens = Role::ALL.into_iter().map(|role| (role, token(database, role))).collect();
    }

    /// Starts it again, without more variables, once the process before has ended or been killed. The tokens stay good.
    pub fn restart(&mut self, database: &Database) {
        self.kill();
        (self.process, self.log, self.base) = launched(serve(database));
    }

    /// A request without a token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// A request to where the metrics are.
    pub fn metrics(&self, method: Method, path: &str) -> RequestBuilder {
        let log = self.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let line = lines.into_iter().find(|line| line["message"] == "metrics are served").unwrap();
        let base = line["address"].as_str().unwrap().trim_end_matches("/metrics").to_owned();
        self.client.request(method, format!("{base}{path}"))
    }

    /// A request with the token of that role.
    pub fn request_as(&self, role: Role, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(self.token(role))
    }

    /// The token of that role.
    pub fn token(&self, role: Role) -> &str {
        self.tokens.iter().find(|(of, _)| *of == role).map(|(_, token)| token.as_str()).unwrap()
    }

    /// The Executive Producer's request, which is always allowed, and the JSON it is answered.
    pub fn json(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        answered(self.request_as(Role::ExecutiveProducer, method, path).json(body).send().unwrap())
    }

    /// The Executive Producer's GET, and the JSON it is answered.
    pub fn get(&self, path: &str) -> (u16, Value) {
        answered(self.request_as(Role::ExecutiveProducer, Method::GET, path).send().unwrap())
    }

    /// Everything that is stored, as far as a hundred actors and a hundred movies go, deleted ones too, and what was done last.
    pub fn contents(&self) -> [Value; 3] {
        ["/actors?deleted=with&limit=100", "/movies?deleted=with&limit=100", "/history"].map(|list| {
            let (status, page) = self.get(list);
            let whole = page["next"].is_null() || list == "/history";
            assert_eq!((status, whole), (200, true), "{list} has more than one page");
            page
        })
    }

    /// Everything logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    /// Everything logged about what has been answered: a line is written before its answer is sent.
    pub fn log_so_far(&self) -> String {
        let later = self.request(Method::GET, "/livez").send().unwrap();
        let id = later.headers()["x-request-id"].to_str().unwrap();
        let last = format!(r#""message":"answered","request_id":"{id}""#);
        eventually("a later request is logged", || Some(self.log()).filter(|log| log.contains(&last)))
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// How much memory the process has, in KiB, as Linux counts it.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Sends a signal by its name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        send_signal(name, &self.pid().to_string());
    }

    /// Kills the process as `kill -9` does.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits until the process has ended.
    pub fn ended(&mut self) -> ExitStatus {
        eventually("the server ends", || self.process.try_wait().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
        if thread::panicking() {
            eprintln!("the server's log:\n{}", self.log());
        }
    }
}

/// How many files the server has open.
pub fn open_files(server: &Server) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().count()
}

/// Sends a signal by its name to processes by their numbers. The shell's own `kill` is there on every machine.
pub fn send_signal(name: &str, processes: &str) {
    let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {processes}")).status().unwrap();
    assert!(sent.success());
}

/// A flag that is raised when this is dropped, also by a test that fails: whoever looks at it stops.
pub struct Raised<'a>(pub &'a AtomicBool);

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Status and JSON of a response.
pub fn answered(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().unwrap();
    (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{status} is no JSON ({error}): {text}")))
}

/// Asks until there is an answer, for at most [`PATIENCE`].
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn client() -> Client {
    Client::builder().timeout(PATIENCE).no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// What serves that database, its schema made, on a free port.
pub fn serve(database: &Database) -> Command {
    serve_on(0, database)
}

/// The same on that port.
pub fn serve_on(port: u16, database: &Database) -> Command {
    let mut command = ensemble(database.folder.path());
    command.args(["serve", "--port", &port.to_string()]).env("DATABASE_URL", &database.url);
    command.env("ENSEMBLE__DATABASE__MIGRATE_ON_START", "true");
    // Most tests ask for more than one client may; those of the limits set them.
    command.env("ENSEMBLE__RATE_LIMIT__ENABLED", "false");
    command
}

/// The same command after that one of a shell, which can change what a process begins with.
pub fn after(of_a_shell: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{of_a_shell} && exec \"$0\" \"$@\"")])
        .arg(command.get_program())
        .args(command.get_args());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    shell
}

fn launched(mut command: Command) -> (Child, Log, String) {
    let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let (log, base) = follow(&mut process);
    (process, log, base)
}

/// Collects the log, and answers the address as soon as the server says that it listens.
fn follow(process: &mut Child) -> (Log, String) {
    let (log, (found, address)) = (Arc::new(Mutex::new(Vec::new())), mpsc::channel());
    let (lines, kept) = (BufReader::new(process.stderr.take().unwrap()).lines(), Arc::clone(&log));
    thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            if entry["message"] == "listening" {
                found.send(entry["address"].as_str().unwrap().to_owned()).ok();
            }
            kept.lock().unwrap().push(line);
        }
    });
    let base = address.recv_timeout(PATIENCE);
    let base = base.unwrap_or_else(|_| panic!("the server did not come up:\n{}", log.lock().unwrap().join("\n")));
    (log, base)
}

/// What `ensemble token` prints: a token of the development issuer, whose key is made at first use.
pub fn token(database: &Database, role: Role) -> String {
    let mut command = ensemble(database.folder.path());
    let printed = command.args(["token", "--role", role.key()]).env("DATABASE_URL", &database.url).output().unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    String::from_utf8(printed.stdout).unwrap().trim().to_owned()
}
