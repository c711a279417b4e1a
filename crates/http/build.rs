//! Takes out of Swagger UI's archive what the explorer needs: one bundle, one style sheet, and the notice that goes with them.

use std::{
    borrow::Cow,
    env,
    error::Error,
    fs,
    io::{Cursor, Read},
    path::PathBuf,
};

use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

const FILES: [&str; 3] = ["dist/swagger-ui-bundle.js", "dist/swagger-ui.css", "NOTICE"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no folder for what is made")?);
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    let paths: Vec<_> = archive.file_names().map(|path| path.map(Cow::into_owned)).collect::<Result<_, _>>()?;
    for file in FILES {
        // Everything in the archive is in one folder, whose name has the version.
        let is_wanted = |path: &&String| path.split_once('/').is_some_and(|(_, rest)| rest == file);
        let path = paths.iter().find(is_wanted).ok_or_else(|| format!("Swagger UI has no {file}"))?;
        let mut text = String::new();
        archive.by_name(path)?.read_to_string(&mut text)?;
        let name = file.rsplit('/').next().unwrap_or(file);
        fs::write(folder.join(name), without_source_map(&text))?;
    }
    Ok(())
}

/// The text without the comment that leads to its source map, which is not served.
fn without_source_map(text: &str) -> &str {
    text.rsplit_once("\n/*# sourceMappingURL=").map_or(text, |(text, _)| text)
}
