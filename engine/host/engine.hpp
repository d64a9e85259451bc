#pragma once
// Engine: the facade for programs that embed lastcall: a SIP user agent on a thread of its own,
// with its log. Start it, give commands, listen, stop it. What happens is told through the Listener
// on the engine's thread; the functions here may be called from any thread.
//
//   auto engine = host::Engine::start({.sip = {.sip = {.host = "127.0.0.1"}}}, listener);
//   const CallId call = (*engine)->place_call("sip:bob@192.0.2.7");
//   (*engine)->command(Op::kHangup, call);
//   (*engine)->stop();

#include "engine/core/layer.hpp"
#include "engine/host/listener.hpp"
#include "engine/host/net.hpp"
#include "engine/host/rtp_ports.hpp"
#include "engine/host/sip_addresses.hpp"
#include "engine/log/sqlite_log.hpp"
#include "engine/model/call.hpp"

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

namespace lastcall::host {

struct EngineConfig {
  SipAddresses sip;
  std::string log_path;  // empty: memory only
  log::Durability durability = log::Durability::kPower;
  Rules rules = Rules::kTwoPhase;
  std::string user = "lastcall";  // of our SIP address
  std::string aor;                // who we are in From; empty: the user at our address
  std::string registrar;          // where the aor registers; empty: its domain
  std::string outbound_proxy;     // the first hop outside dialogs; empty: none
  core::Reliable reliable = core::Reliable::kSupported;
  bool delayed_offer = false;  // our calls leave the offer to the peer's 2xx
  Duration session_expires = limits::kSessionExpires;
  Duration min_se = limits::kMinSe;
  std::string realm;          // not empty: callers must show credentials for it
  bool refuse_md5 = false;    // RFC 8760 3
  std::string accounts_path;  // secrets, see accounts.hpp; empty: none
  PortRange rtp_ports;
  std::string dns_servers;  // "address:port,..."; empty: those of the system
};

// How it went, for the closing line.
struct EngineSummary {
  std::uint64_t calls_started = 0;
  std::uint64_t calls_ended = 0;
  std::uint64_t ends_forced = 0;
  std::uint64_t not_found = 0;  // must be 0 (I-53)
  std::uint64_t unlogged = 0;   // events after the log had failed
  bool log_failed = false;
};

class Engine {
 public:
  // Opens log and port, recovers the calls of the log, and begins to take calls.
  [[nodiscard]] static std::expected<std::unique_ptr<Engine>, HostError> start(
      const EngineConfig& config, Listener listener);
  // Stops.
  ~Engine();

  // Where peers reach it.
  [[nodiscard]] const Endpoint& contact() const;
  [[nodiscard]] const SipContacts& contacts() const;

  // Places a call; what becomes of it is told by notices, and once by a Reply.
  CallId place_call(const std::string& uri);
  // Asks for an operation; a Reply with this id answers it exactly once.
  // `target` is whom Op::kTransfer hands the peer to: a URI, or "call:" and the id of another call;
  // and where Op::kReject sends the caller to, if it sends it anywhere.
  CommandId command(Op op, CallId call, const std::string& target = {});
  // Op::kRegister or kUnregister for an address of record; an empty one is EngineConfig::aor.
  CommandId command(Op op, const std::string& aor);

  // Takes no new calls, hangs up the rest, and returns when the last one has ended, at the latest
  // after `bound`. Later calls return the same summary.
  EngineSummary stop(Duration bound);

 private:
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Long enough for two phases, the second of them forced.
inline constexpr Duration kStopBound = std::chrono::seconds{8};

}  // namespace lastcall::host
