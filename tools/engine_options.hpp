#pragma once
// The options that `serve` and `call` share, and the lines they write for operators.

#include "engine/host/engine.hpp"
#include "tools/verbs.hpp"

#include <string>

namespace lastcall::tools {

// As written on the command line.
struct EngineOptions {
  std::string sip;
  std::string log;
  std::string durability = "power";
  std::string rules = "two-phase";
  std::string user = "lastcall";
  std::string rtp_ports = "16384-32767";
  std::string tls;
  std::string ws;
  std::string wss;
  host::TlsFiles files;
  bool certified_clients = false;
  std::string aor;
  std::string registrar;
  std::string proxy;
  std::string reliable = "supported";
  bool delayed_offer = false;
  int session_expires_s = 1800;
  int min_se_s = 90;
  std::string accounts;
  std::string realm;
  bool refuse_md5 = false;
};

// Adds the options of transports (--sip, --tls, --ws and the like), of SIP (--user, --proxy and the
// like) and of the log. What cannot be read is a usage error of CLI11. No option is a secret.
void add_engine_options(CLI::App& verb, EngineOptions& options);

// REQUIRES: the options were read by add_engine_options().
[[nodiscard]] host::EngineConfig engine_config(const EngineOptions& options);

// Where it listens, for its first line: "udp:127.0.0.1:5060, tcp:127.0.0.1:5060, tls:...".
[[nodiscard]] std::string addresses_text(const host::SipContacts& contacts);

// One line on stderr: for people on a terminal, as JSON elsewhere.
void write_line(const host::LogLine& line);
void write_line(host::LineLevel level, const std::string& text);

// Tells why the engine did not start.
[[nodiscard]] Exit tell(const host::HostError& error);

}  // namespace lastcall::tools
