//! A TypeScript client that is generated from the document: it compiles, does what a client does, and its mistakes do not compile.

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command, sync::LazyLock};

use ensemble_domain::Role;
use serde_json::{Value, json};

use crate::{
    database::Database,
    node,
    server::{Server, ensemble},
};

on_both_databases!(the_generated_client_does_a_round_trip, the_program_of_the_guide_prints_what_the_guide_says);

/// The programs of `tests/node/client` and the one of the guide, compiled with the types of a server's document.
struct Client {
    folder: PathBuf,
    /// What the compiler found, as `mistakes.ts(14,25): error TS2339: ...`.
    errors: Vec<String>,
}

static CLIENT: LazyLock<Option<Client>> = LazyLock::new(Client::compile);

impl Client {
    fn compile() -> Option<Self> {
        let mut generate = node::program("openapi-typescript")?;
        let mut compile = node::program("tsc")?;
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("client");
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder).unwrap();
        let packages = node::folder().canonicalize().unwrap();
        for name in ["client/tsconfig.json", "client/roundtrip.ts", "client/mistakes.ts", "package.json"] {
            fs::copy(packages.join(name), folder.join(name.rsplit('/').next().unwrap())).unwrap();
        }
        std::os::unix::fs::symlink(packages.join("node_modules"), folder.join("node_modules")).unwrap();
        fs::write(folder.join("guide.ts"), fenced("ts")).unwrap();

        let server = Server::start(&Database::sqlite());
        let types = folder.join("ensemble.d.ts");
        output(generate.arg(format!("{}/openapi.json", server.base)).arg("-o").arg(types));
        let told = compile.current_dir(&folder).args(["--project", ".", "--pretty", "false"]).output().expect("node");
        let told = String::from_utf8(told.stdout).unwrap();
        let errors = told.lines().filter(|line| !line.starts_with(' ')).map(str::to_owned).collect();
        Some(Self { folder, errors })
    }

    /// What one of the programs prints, run against that server.
    fn run(&self, program: &str, server: &Server) -> String {
        let path = self.folder.join(program).with_extension("js");
        let script = fs::read_to_string(&path).unwrap().replace("http://127.0.0.1:5000", &server.base);
        let here = path.with_file_name(format!("{program}-{}.js", server.pid()));
        fs::write(&here, script).unwrap();
        let (director, assistant) = (server.token(Role::CastingDirector), server.token(Role::CastingAssistant));
        output(node::script(here.to_str().unwrap()).unwrap().envs([
            ("ENSEMBLE_URL", server.base.as_str()),
            ("ENSEMBLE_TOKEN", director),
            ("DIRECTOR_TOKEN", director),
            ("ASSISTANT_TOKEN", assistant),
        ]))
    }
}

/// What a command prints, which must succeed.
fn output(command: &mut Command) -> String {
    let ran = command.output().expect("node");
    let told = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    assert!(ran.status.success(), "{command:?}: {}{}", told(ran.stdout), told(ran.stderr));
    told(ran.stdout)
}

/// What the guide has in its fences of that language.
fn fenced(language: &str) -> String {
    let guide = fs::read_to_string(node::folder().join("../../docs/guides/typescript-client.md")).unwrap();
    let opening = format!("```{language}\n");
    let fences = guide.split(&opening).skip(1);
    fences.map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn only_what_is_a_mistake_does_not_compile() {
    let Some(client) = &*CLIENT else { return };
    // Where, without the column, and which.
    let found: BTreeSet<_> = client
        .errors
        .iter()
        .map(|error| {
            let (line, rest) = error.split_once(',').unwrap_or((error, ""));
            let code = rest.split(": ").nth(1).and_then(|kind| kind.strip_prefix("error "));
            format!("{line}) {}", code.unwrap_or("?"))
        })
        .collect();
    let source = fs::read_to_string(client.folder.join("mistakes.ts")).unwrap();
    let mistakes = source.lines().enumerate().filter_map(|(index, line)| {
        let code = line.split("; // ").nth(1)?;
        Some(format!("mistakes.ts({}) {code}", index + 1))
    });
    let mistakes: BTreeSet<_> = mistakes.collect();
    assert!(mistakes.len() > 10, "{mistakes:?}");
    assert_eq!(found, mistakes, "{:#?}", client.errors);
}

fn the_generated_client_does_a_round_trip(database: &Database) {
    let Some(client) = &*CLIENT else { return };
    let server = Server::start(database);
    let told: Value = serde_json::from_str(&client.run("roundtrip", &server)).unwrap();
    let expected = json!({
        "created": [201, "Nada Haddad", 20],
        "again": ["true", true],
        "read": [1, "\"1-20\""],
        "known": [304],
        "changed": [2, "Nada El-Haddad"],
        "stale": [412, "/problems/stale-version"],
        "listed": [1, [true]],
        "forbidden": [403, "/problems/permission-denied", "delete:actors"],
        "deleted": [true],
        "gone": [404, "/problems/not-found"],
        "restored": [true, 4],
        "invalid": [422, ["#/age"]],
    });
    assert_eq!(told, expected);
}

fn the_program_of_the_guide_prints_what_the_guide_says(database: &Database) {
    let Some(client) = &*CLIENT else { return };
    let server = Server::start(database);
    output(ensemble(database.folder.path()).arg("seed").env("DATABASE_URL", &database.url));
    assert_eq!(client.run("guide", &server), fenced("text"));
}
