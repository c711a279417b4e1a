//! Keys over TLS, from an issuer whose certificate is known or not.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer},
};

use super::{
    issuer::Issuer,
    oidc::{get, server_trusting, until_ready},
};
use crate::{database::Database, server::eventually};

/// An authority that nobody knows who is not told of it.
struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate for one host, and its key.
pub struct Certified(Arc<ServerConfig>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Certifies that whoever has the key is that host.
    fn certify(&self, host: &str) -> Certified {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([host.to_owned()]).unwrap();
        let certificate: CertificateDer<'static> = params.signed_by(&key, &self.0).unwrap().into();
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Certified(Arc::new(config.with_single_cert(vec![certificate], key).unwrap()))
    }

    /// Writes its own certificate into the folder of that database, and answers where.
    fn file(&self, database: &Database) -> String {
        let path = database.folder.path().join("authority.pem");
        fs::write(&path, self.0.pem()).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Certified {
    /// Speaks TLS over that connection.
    pub fn encrypt(&self, stream: TcpStream) -> impl Read + Write + use<> {
        StreamOwned::new(ServerConnection::new(Arc::clone(&self.0)).unwrap(), stream)
    }
}

#[test]
fn the_keys_of_an_issuer_with_a_known_certificate_are_fetched() {
    let (authority, database) = (Authority::new(), Database::sqlite());
    let issuer = Issuer::encrypted(&["key"], authority.certify("127.0.0.1"));
    let server = server_trusting(&issuer, &database, &[("SSL_CERT_FILE", &authority.file(&database))]);
    until_ready(&server);
    assert_eq!(get(&server, "/actors", Some(&issuer.draft("key").signed(&issuer.key))).status(), 200);
}

#[test]
fn the_keys_of_an_issuer_with_another_certificate_are_not_fetched() {
    let (known, stranger) = (Authority::new(), Authority::new());
    for (name, certified) in [
        ("of an authority that is not known", stranger.certify("127.0.0.1")),
        ("for another host", known.certify("issuer.test")),
    ] {
        let (issuer, database) = (Issuer::encrypted(&["key"], certified), Database::sqlite());
        let server = server_trusting(&issuer, &database, &[("SSL_CERT_FILE", &known.file(&database))]);
        eventually(name, || server.log().contains("could not fetch the signing keys").then_some(()));
        assert_eq!(get(&server, "/readyz", None).status(), 503, "{name}");
        assert_eq!(get(&server, "/actors", Some(&issuer.draft("key").signed(&issuer.key))).status(), 503, "{name}");
        assert!(server.log().contains("invalid peer certificate"), "{name}: {}", server.log());
        assert_eq!(issuer.times_asked(), 0, "{name}");
    }
}

#[test]
fn no_proxy_of_the_environment_stands_between() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = format!("http://{nobody}");
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    let (authority, database) = (Authority::new(), Database::sqlite());
    let file = authority.file(&database);
    for issuer in [Issuer::start(&["key"]), Issuer::encrypted(&["key"], authority.certify("127.0.0.1"))] {
        let mut variables = vec![("SSL_CERT_FILE", file.as_str())];
        variables.extend(names.map(|name| (name, proxy.as_str())));
        until_ready(&server_trusting(&issuer, &database, &variables));
    }
}
