//! nginx as Debian has it, with its default buffers, in front of servers.
//!
//! It may not know what they serve.

use crate::Fault;
use std::{fmt::Write as _, fs, net::Ipv4Addr, path::Path, process::Stdio};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::{Duration, sleep},
};

/// A running nginx. Dropped, it is killed: one process, which leaves no workers.
pub(crate) struct Nginx {
    pub(crate) port: u16,
    _process: Child,
    folder: TempDir,
}

const PROGRAM: &str = "/usr/sbin/nginx";

pub(crate) fn is_here() -> bool {
    Path::new(PROGRAM).is_file()
}

impl Nginx {
    /// With TLS it speaks HTTP/2, under a certificate that it has made out for itself.
    pub(crate) async fn start(servers: &[u16], with_tls: bool) -> Result<Self, Fault> {
        let folder = TempDir::with_prefix("orderslip-nginx-")?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?.port();
        let place = folder.path().display().to_string();
        let tls = if with_tls {
            certificate(folder.path()).await?;
            format!("ssl_certificate {place}/cert.pem; ssl_certificate_key {place}/key.pem;")
        } else {
            String::new()
        };
        let listens = if with_tls { "ssl http2" } else { "" };
        let upstream = servers
            .iter()
            .try_fold(String::new(), |mut all, port| write!(all, "server 127.0.0.1:{port}; ").map(|()| all))?;
        // Nothing about buffers and headers: they are what this is about.
        let configuration = format!(
            "daemon off; master_process off; pid {place}/pid; error_log {place}/error.log;
             events {{}}
             http {{
               access_log off;
               client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;
               uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
               upstream shop {{ {upstream} }}
               server {{
                 listen 127.0.0.1:{port} {listens}; {tls}
                 location / {{ proxy_pass http://shop; proxy_set_header Host $http_host; }}
               }}
             }}"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration)?;
        let mut command = Command::new(PROGRAM);
        command.arg("-c").arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = command.kill_on_drop(true).spawn()?;
        // It says to nobody that it is ready.
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            if process.try_wait()?.is_some() {
                let why = fs::read_to_string(folder.path().join("error.log")).unwrap_or_default();
                return Err(format!("nginx did not start: {why}").into());
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(Self { port, _process: process, folder })
    }
}

impl Nginx {
    /// What it had to complain of first, for whoever wonders about a 502.
    pub(crate) fn complaints(&self) -> String {
        let log = fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default();
        log.lines().take(3).collect::<Vec<_>>().join("\n")
    }
}

async fn certificate(folder: &Path) -> Result<(), Fault> {
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost"]);
    command.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    command.arg("-keyout").arg(folder.join("key.pem")).arg("-out").arg(folder.join("cert.pem"));
    let made = command.stdin(Stdio::null()).output().await?;
    if made.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&made.stderr).into()) }
}
