//! The suite against steering Kuma into its own network: every trick is refused, and the server that it aims at
//! counts no connection.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kuma_net::{FetchError, GuardOptions, GuardedClient, Lookup, Refusal};
use kuma_testkit::services::{Answer, FakeSite};
use reqwest::Method;

/// Names with the answers they give, one after the other; the last one stays. Nothing else exists.
#[derive(Default)]
struct FakeLookup {
    answers: Mutex<HashMap<&'static str, Vec<Vec<IpAddr>>>>,
    asked: AtomicUsize,
}

impl FakeLookup {
    fn with(names: &[(&'static str, &[&[&str]])]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        let answers =
            names.iter().map(|(name, answers)| (*name, answers.iter().map(parse).collect())).collect();
        Arc::new(Self { answers: Mutex::new(answers), asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Lookup for FakeLookup {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let queue = answers.get_mut(host).ok_or_else(|| io::Error::other("no such name"))?;
        Ok(if queue.len() > 1 { queue.remove(0) } else { queue[0].clone() })
    }
}

/// The address that stands for the public internet in these tests; the inside is 127.0.0.1.
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

struct Stage {
    inside: FakeSite,
    outside: FakeSite,
    lookup: Arc<FakeLookup>,
    client: GuardedClient,
}

impl Stage {
    /// `allow`: beside the outside.
    async fn set(allow: &str, names: &[(&'static str, &[&[&str]])]) -> Self {
        let inside = FakeSite::start().await;
        let outside = FakeSite::start_at(OUTSIDE).await;
        inside.put("/", Answer::html("secret"));
        outside.put("/", Answer::html("public").header("connection", "close"));
        let lookup = FakeLookup::with(names);
        let allow = format!("{OUTSIDE},{allow}").replace("{inside}", &inside.address().port().to_string());
        let client = GuardedClient::new(GuardOptions {
            allow: allow.parse().unwrap(),
            lookup: Arc::<FakeLookup>::clone(&lookup),
            ..GuardOptions::default()
        })
        .unwrap();
        Self { inside, outside, lookup, client }
    }

    /// Gets an address in which `{in}` and `{out}` stand for the ports.
    async fn get(&self, address: &str) -> Result<String, FetchError> {
        let address = self.fill(address);
        let response = self.client.send(self.client.request(Method::GET, &address)?).await?;
        Ok(response.text().await.unwrap())
    }

    fn fill(&self, address: &str) -> String {
        address
            .replace("{in}", &self.inside.address().port().to_string())
            .replace("{out}", &self.outside.address().port().to_string())
    }

    fn nobody_inside(&self) {
        assert_eq!(self.inside.connections(), 0, "the inside was contacted");
    }
}

/// Notations of addresses that must not be reached, and what the refusal is about.
const REFUSED: &[(&str, &str)] = &[
    // IPv4 in every notation that parsers take.
    ("http://127.0.0.1:{in}/", "127.0.0.1"),
    ("http://127.1:{in}/", "127.0.0.1"),
    ("http://127.0.1:{in}/", "127.0.0.1"),
    ("http://2130706433:{in}/", "127.0.0.1"),
    ("http://0x7f000001:{in}/", "127.0.0.1"),
    ("http://0x7f.0x0.0x0.0x1:{in}/", "127.0.0.1"),
    ("http://0x7F.1:{in}/", "127.0.0.1"),
    ("http://0177.0.0.1:{in}/", "127.0.0.1"),
    ("http://0177.0.0.01:{in}/", "127.0.0.1"),
    ("http://00000177.1:{in}/", "127.0.0.1"),
    ("http://017700000001:{in}/", "127.0.0.1"),
    ("http://127.0.0.1.:{in}/", "127.0.0.1"),
    ("http://0:{in}/", "0.0.0.0"),
    ("http://0.0.0.0:{in}/", "0.0.0.0"),
    ("http://127.0.0.3:{in}/", "127.0.0.3"),
    ("http://127.255.255.255:{in}/", "127.255.255.255"),
    ("http://①②⑦.⓪.⓪.①:{in}/", "127.0.0.1"),
    ("http://127。0。0。1:{in}/", "127.0.0.1"),
    ("http://%31%32%37.0.0.1:{in}/", "127.0.0.1"),
    ("http://127.0.0.%31:{in}/", "127.0.0.1"),
    ("http:\\\\127.0.0.1:{in}\\", "127.0.0.1"),
    ("http:127.0.0.1:{in}", "127.0.0.1"),
    ("HTTP:///127.0.0.1:{in}/", "127.0.0.1"),
    ("ht\ntp://127.0.\t0.1:{in}/", "127.0.0.1"),
    ("  http://127.0.0.1:{in}/  ", "127.0.0.1"),
    ("https://127.0.0.1:{in}/", "127.0.0.1"),
    ("http://256.0.0.1:{in}/", "not a web address"),
    ("http://127.0.0.1.1:{in}/", "not a web address"),
    ("http://4294967296:{in}/", "not a web address"),
    // IPv6, and IPv4 inside of it.
    ("http://[::1]:{in}/", "::1"),
    ("http://[0:0:0:0:0:0:0:1]:{in}/", "::1"),
    ("http://[::]:{in}/", "::"),
    ("http://[::ffff:127.0.0.1]:{in}/", "127.0.0.1"),
    ("http://[::ffff:7f00:1]:{in}/", "7f00:1"),
    ("http://[0:0:0:0:0:ffff:127.0.0.1]:{in}/", "127.0.0.1"),
    ("http://[::127.0.0.1]:{in}/", "public internet"),
    ("http://[64:ff9b::127.0.0.1]:{in}/", "public internet"),
    ("http://[64:ff9b::7f00:1]:{in}/", "public internet"),
    ("http://[64:ff9b:1::7f00:1]:{in}/", "public internet"),
    ("http://[2002:7f00:1::]:{in}/", "public internet"),
    ("http://[2001:0:7f00:1::1]:{in}/", "public internet"),
    ("http://[fe80::1]:{in}/", "fe80::1"),
    ("http://[fe80::1%25eth0]:{in}/", "not a web address"),
    ("http://[fe80::1%eth0]:{in}/", "not a web address"),
    ("http://[::1%25lo]:{in}/", "not a web address"),
    ("http://[fc00::1]:{in}/", "fc00::1"),
    ("http://[fd00:ec2::254]/latest/meta-data/", "fd00:ec2::254"),
    ("http://[ff02::1]:{in}/", "ff02::1"),
    // Other parts of the inside.
    ("http://10.0.0.1/", "10.0.0.1"),
    ("http://172.16.0.1/", "172.16.0.1"),
    ("http://192.168.1.1/", "192.168.1.1"),
    ("http://100.64.0.1/", "100.64.0.1"),
    ("http://224.0.0.1/", "224.0.0.1"),
    ("http://255.255.255.255/", "255.255.255.255"),
    ("http://198.18.0.1/", "198.18.0.1"),
    // Cloud metadata.
    ("http://169.254.169.254/latest/meta-data/", "169.254.169.254"),
    ("http://2852039166/", "169.254.169.254"),
    ("http://0xA9FEA9FE/", "169.254.169.254"),
    ("http://[::ffff:a9fe:a9fe]/", "public internet"),
    ("http://169.254.170.2/v2/credentials", "169.254.170.2"),
    ("http://100.100.100.200/latest/meta-data/", "100.100.100.200"),
    ("http://metadata.google.internal/computeMetadata/v1/", "metadata.google.internal"),
    ("http://METADATA.GOOGLE.INTERNAL./", "metadata.google.internal"),
    ("http://metadata/", "metadata"),
    ("http://instance-data/", "instance-data"),
    // Names of the inside.
    ("http://localhost:{in}/", "localhost"),
    ("http://LOCALHOST:{in}/", "localhost"),
    ("http://localhost.:{in}/", "localhost"),
    ("http://ⓛocalhost:{in}/", "localhost"),
    ("http://anything.localhost:{in}/", "anything.localhost"),
    ("http://localhost.localdomain:{in}/", "localhost.localdomain"),
    ("http://printer.local/", "printer.local"),
    ("http://nas.lan/", "nas.lan"),
    ("http://router.home.arpa/", "router.home.arpa"),
    ("http://kubernetes.default.svc.cluster.local/", "cluster.local"),
    ("http://redis:6379/", "redis"),
    // Names of the outside that lead inside.
    ("http://rebind.example:{in}/", "127.0.0.1"),
    ("http://rebind.example.:{in}/", "127.0.0.1"),
    ("http://six.example:{in}/", "::1"),
    ("http://mapped.example:{in}/", "127.0.0.1"),
    ("http://mixed.example:{in}/", "127.0.0.1"),
    ("http://metadata.example/", "169.254.169.254"),
    ("http://127.0.0.1.nip.example:{in}/", "127.0.0.1"),
    // Other schemes.
    ("file:///etc/passwd", "file:"),
    ("file://127.0.0.1/etc/passwd", "file:"),
    ("FILE:///etc/passwd", "file:"),
    ("gopher://127.0.0.1:{in}/_GET%20/", "gopher:"),
    ("ftp://127.0.0.1:{in}/", "ftp:"),
    ("dict://127.0.0.1:{in}/d:word", "dict:"),
    ("ldap://127.0.0.1:{in}/", "ldap:"),
    ("ws://127.0.0.1:{in}/", "ws:"),
    ("data:text/html,<h1>hi</h1>", "data:"),
    ("javascript:alert(1)", "javascript:"),
    ("blob:http://127.0.0.1:{in}/x", "blob:"),
    ("view-source:http://127.0.0.1:{in}/", "view-source:"),
    ("jar:http://127.0.0.1:{in}/!/", "jar:"),
    ("about:blank", "about:"),
    ("unix:/var/run/docker.sock", "unix:"),
    // Credentials, in front of whatever.
    ("http://public.example@127.0.0.1:{in}/", "user name or password"),
    ("http://public.example:80@127.0.0.1:{in}/", "user name or password"),
    ("http://user:pass@public.example:{out}/", "user name or password"),
    ("http://public.example%2F@127.0.0.1:{in}/", "user name or password"),
    ("http://127.0.0.1:{in}\\@public.example/", "127.0.0.1"),
    ("http://127.0.0.1:{in}#@public.example/", "127.0.0.1"),
    ("http://127.0.0.1:{in}?@public.example/", "127.0.0.1"),
    // Ports that are not the web's.
    ("http://public.example:22/", "Port 22"),
    ("http://public.example:25/", "Port 25"),
    ("http://public.example:6379/", "Port 6379"),
    ("http://public.example:11211/", "Port 11211"),
    ("https://8.8.8.8:53/", "Port 53"),
    ("http://public.example:65536/", "not a web address"),
    // No address at all.
    ("", "not a web address"),
    ("127.0.0.1", "not a web address"),
    ("//127.0.0.1:{in}/", "not a web address"),
    ("/etc/passwd", "not a web address"),
    ("http://", "not a web address"),
    ("http://[", "not a web address"),
    ("http://a b.example/", "not a web address"),
    ("http://a\0b.example/", "not a web address"),
];

const NAMES: &[(&str, &[&[&str]])] = &[
    ("public.example", &[&["127.0.0.2"]]),
    ("rebind.example", &[&["127.0.0.1"]]),
    ("rebind.example.", &[&["127.0.0.1"]]),
    ("six.example", &[&["::1"]]),
    ("mapped.example", &[&["::ffff:127.0.0.1"]]),
    ("mixed.example", &[&["127.0.0.2", "127.0.0.1"]]),
    ("metadata.example", &[&["169.254.169.254"]]),
    ("127.0.0.1.nip.example", &[&["127.0.0.1"]]),
];

#[tokio::test]
async fn every_notation_of_the_inside_is_refused_and_nothing_contacted() {
    let stage = Stage::set("", NAMES).await;
    for (address, about) in REFUSED {
        match stage.get(address).await {
            Err(FetchError::Refused(refusal)) => {
                let text = refusal.to_string();
                assert!(text.contains(about), "{address:?}: {text}");
            }
            other => panic!("{address:?} was not refused: {other:?}"),
        }
        stage.nobody_inside();
    }
    assert_eq!(stage.outside.connections(), 0);
}

#[tokio::test]
async fn a_redirect_is_checked_like_the_first_address() {
    let stage = Stage::set("", NAMES).await;
    // What is no address relative to nothing may be one relative to the page that redirects.
    let relative = |address: &str| !address.contains(':') || address.starts_with("//");
    let mut followed = 0;
    for (address, _) in REFUSED.iter().filter(|(address, _)| !relative(address)) {
        let location = stage.fill(address);
        if !location.is_ascii() || location.contains(['\n', '\t', '\0']) {
            // Cannot be sent in a header.
            continue;
        }
        stage.outside.put("/go", Answer::redirect(&location));
        let got = stage.get("http://public.example:{out}/go").await;
        stage.nobody_inside();
        // A location that nobody can read is not followed: its own page is the answer, which is empty. One without
        // slashes is a path on the same site.
        let harmless = matches!(&got, Ok(text) if text.is_empty() || text.contains("Not found"));
        assert!(matches!(got, Err(FetchError::Refused(_))) || harmless, "{address}: {got:?}");
        followed += usize::from(!harmless);
    }
    assert!(followed > 80, "only {followed} redirects were tried");
    stage.outside.put("/go", Answer::redirect(&stage.fill("//127.0.0.1:{in}/")));
    let got = stage.get("http://public.example:{out}/go").await;
    assert!(matches!(got, Err(FetchError::Refused(Refusal::PrivateAddress { .. }))), "{got:?}");
    stage.nobody_inside();
}

#[tokio::test]
async fn every_status_that_redirects_is_checked() {
    let stage = Stage::set("", NAMES).await;
    for status in [301, 302, 303, 307, 308] {
        let location = stage.fill("http://127.0.0.1:{in}/");
        stage.outside.put("/go", Answer::redirect(&location).status(status));
        let got = stage.get("http://public.example:{out}/go").await;
        assert!(matches!(got, Err(FetchError::Refused(_))), "{status}: {got:?}");
    }
    stage.nobody_inside();
}

#[tokio::test]
async fn good_redirects_are_followed_to_a_limit() {
    let stage = Stage::set("", NAMES).await;
    stage.outside.put("/go", Answer::redirect("/"));
    assert_eq!(stage.get("http://public.example:{out}/go").await.unwrap(), "public");

    stage.outside.put("/loop", Answer::redirect("/loop"));
    let got = stage.get("http://public.example:{out}/loop").await;
    assert!(matches!(got, Err(FetchError::Refused(Refusal::TooManyRedirects(5)))), "{got:?}");
}

#[tokio::test]
async fn an_answer_that_changes_between_check_and_use_changes_nothing() {
    // Outside when it is checked, inside from then on.
    let stage = Stage::set("", &[("flip.example", &[&["127.0.0.2"], &["127.0.0.1"]])]).await;
    assert_eq!(stage.get("http://flip.example:{out}/").await.unwrap(), "public");
    assert_eq!(stage.lookup.asked(), 1, "checked and connected with one answer");

    // The next connection asks again, and is refused.
    let got = stage.get("http://flip.example:{in}/").await;
    assert!(matches!(got, Err(FetchError::Refused(Refusal::PrivateAddress { .. }))), "{got:?}");
    stage.nobody_inside();
}

#[tokio::test]
async fn an_answer_that_changes_during_a_redirect_is_refused() {
    let stage = Stage::set("", &[("flip.example", &[&["127.0.0.2"], &["127.0.0.1"]])]).await;
    let location = stage.fill("http://flip.example:{in}/");
    stage.outside.put("/go", Answer::redirect(&location).header("connection", "close"));
    let got = stage.get("http://flip.example:{out}/go").await;
    assert!(matches!(got, Err(FetchError::Refused(Refusal::PrivateAddress { .. }))), "{got:?}");
    stage.nobody_inside();
    assert_eq!(stage.outside.connections(), 1);
}

#[tokio::test]
async fn what_the_operator_lists_is_reached_and_nothing_beside_it() {
    for (allow, address, reached) in [
        ("127.0.0.1:{inside}", "http://127.0.0.1:{in}/", true),
        ("127.0.0.1:1", "http://127.0.0.1:{in}/", false),
        ("127.0.0.0/8", "http://127.1:{in}/", true),
        ("127.0.0.0/8", "http://rebind.example:{in}/", true),
        ("10.0.0.0/8", "http://rebind.example:{in}/", false),
        ("rebind.example", "http://rebind.example:{in}/", true),
        ("rebind.example:{inside}", "http://rebind.example:{in}/", true),
        ("rebind.example:1", "http://rebind.example:{in}/", false),
        ("wiki.lan", "http://wiki.lan:{in}/", true),
        ("wiki.lan", "http://other.lan:{in}/", false),
        ("wiki.lan", "http://127.0.0.1:{in}/", false),
    ] {
        let stage =
            Stage::set(allow, &[("rebind.example", &[&["127.0.0.1"]]), ("wiki.lan", &[&["127.0.0.1"]])])
                .await;
        let got = stage.get(address).await;
        if reached {
            assert_eq!(got.unwrap(), "secret", "{allow} {address}");
        } else {
            assert!(matches!(got, Err(FetchError::Refused(_))), "{allow} {address}: {got:?}");
            stage.nobody_inside();
        }
    }
}

#[tokio::test]
async fn other_failures_are_told_apart() {
    let stage = Stage::set("", &[("public.example", &[&["127.0.0.2"]]), ("empty.example", &[&[]])]).await;
    for name in ["missing.example", "empty.example"] {
        let got = stage.get(&format!("http://{name}/")).await;
        assert!(matches!(&got, Err(FetchError::NoSuchHost(host)) if host == name), "{got:?}");
    }
    // A port on which nobody listens: that of the inside, at the outside's address.
    let got = stage.get("http://public.example:{in}/").await;
    assert!(matches!(&got, Err(FetchError::Unreachable { host, .. }) if host == "public.example"), "{got:?}");
}

/// A proxy would look names up by itself, so none is used whatever the environment says. The environment is that of a
/// process, so this test starts itself as a second one.
#[tokio::test]
async fn no_proxy_is_used() {
    const TARGET: &str = "KUMA_TEST_GUARD_TARGET";
    if let Ok(address) = std::env::var(TARGET) {
        let allow = OUTSIDE.to_string().parse().unwrap();
        let client = GuardedClient::new(GuardOptions { allow, ..GuardOptions::default() }).unwrap();
        let response = client.send(client.request(Method::GET, &address).unwrap()).await.unwrap();
        assert_eq!(response.text().await.unwrap(), "public");
        return;
    }
    let proxy = FakeSite::start().await;
    let outside = FakeSite::start_at(OUTSIDE).await;
    outside.put("/", Answer::html("public"));
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "guard::no_proxy_is_used"]).env(TARGET, outside.url("/"));
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"] {
        child.env(name, proxy.base_url());
    }
    let output = child.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((proxy.connections(), outside.connections()), (0, 1));
}

#[tokio::test]
async fn a_client_that_stays_with_one_server_follows_no_other_redirect() {
    let (site, other) = (FakeSite::start().await, FakeSite::start().await);
    site.put("/end", Answer::html("here"));
    site.put("/stays", Answer::redirect("/end").status(307));
    site.put("/rewrites", Answer::redirect("/end").status(302));
    site.put("/leaves", Answer::redirect(&other.url("/end")).status(307));
    let allow = "127.0.0.1".parse().unwrap();
    let client =
        GuardedClient::new(GuardOptions { allow, same_origin: true, ..GuardOptions::default() }).unwrap();
    for (path, status) in [("/stays", 200), ("/rewrites", 302), ("/leaves", 307)] {
        let request = client.request(Method::POST, &site.url(path)).unwrap();
        assert_eq!(client.send(request).await.unwrap().status(), status, "{path}");
    }
    let to_the_end: Vec<_> = site
        .requests()
        .into_iter()
        .filter(|request| request.path == "/end")
        .map(|seen| seen.method)
        .collect();
    assert_eq!(to_the_end, ["POST"]);
    assert_eq!(other.connections(), 0);
}
