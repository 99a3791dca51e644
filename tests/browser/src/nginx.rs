//! nginx as Debian has it, with its default buffers, in front of the shop.
//!
//! It may not know the shop.

use crate::{Fault, process::Process};
use std::{net::Ipv4Addr, time::Duration};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

/// A running nginx. Dropped, it is killed: one process, which leaves no workers.
#[derive(Debug)]
pub struct Nginx {
    _process: Process,
    _folder: TempDir,
    /// Where it listens on this machine.
    pub port: u16,
}

impl Nginx {
    /// Starts one in front of this port.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start(shop: u16) -> Result<Self, Fault> {
        let folder = TempDir::with_prefix("orderslip-nginx-")?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?.port();
        let place = folder.path().display();
        // Nothing about buffers and headers: they are what this is about.
        let configuration = format!(
            "daemon off; master_process off; pid {place}/pid; error_log {place}/error.log;
             events {{}}
             http {{
               access_log off;
               client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;
               uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
               server {{
                 listen 127.0.0.1:{port};
                 location / {{ proxy_pass http://127.0.0.1:{shop}; proxy_set_header Host $http_host; }}
               }}
             }}"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, configuration)?;
        let mut process = Process::start("nginx", ["-c".as_ref(), file.as_os_str()])?;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            if process.has_ended()? {
                return Err(format!(
                    "nginx did not start: {:?}",
                    std::fs::read_to_string(folder.path().join("error.log"))
                )
                .into());
            }
            // It says to nobody that it is ready.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(Self { _process: process, _folder: folder, port })
    }
}
