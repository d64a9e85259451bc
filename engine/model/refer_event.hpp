#pragma once
// Facts of the dialog layer about transfers: REFER, in either direction, and the subscription that
// each begins (RFC 3515). Such a subscription may outlive the call in whose dialog it is.

#include "engine/base/fields.hpp"
#include "engine/base/time.hpp"
#include "engine/model/ids.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

namespace lastcall {
inline namespace model {

// We follow a REFER of the peer. This is the link from its call to the one it asks for (TP-18).
struct ReferTaken {
  static constexpr std::string_view kName = "ReferTaken";
  CallId call;
  DialogId dialog;
  TransactionId refer;
  std::uint32_t cseq = 0;
  CallId placed;
  std::string target;
  std::string lines;     // what its INVITE says besides the usual: Replaces, Referred-By
  bool reported = true;  // false: the peer wants no NOTIFY (RFC 4488)
  Instant until;         // the subscription's end, at the latest
  bool operator==(const ReferTaken&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &ReferTaken::call),     field("dialog", &ReferTaken::dialog),
                 field("refer", &ReferTaken::refer),   field("cseq", &ReferTaken::cseq),
                 field("placed", &ReferTaken::placed), field("target", &ReferTaken::target),
                 field("lines", &ReferTaken::lines),   field("reported", &ReferTaken::reported),
                 field("until", &ReferTaken::until)};
};

// The call that a REFER of the peer asked for got on: its newest response, not told yet.
struct ReferProgressed {
  static constexpr std::string_view kName = "ReferProgressed";
  CallId call;
  TransactionId refer;
  int status = 0;
  bool operator==(const ReferProgressed&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &ReferProgressed::call), field("refer", &ReferProgressed::refer),
                 field("status", &ReferProgressed::status)};
};

// A NOTIFY of ours tells how it stands; with the last one the subscription is over.
struct ReferTold {
  static constexpr std::string_view kName = "ReferTold";
  CallId call;
  TransactionId refer;
  TransactionId notify;
  int status = 0;
  bool last = false;
  bool operator==(const ReferTold&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &ReferTold::call), field("refer", &ReferTold::refer),
                 field("notify", &ReferTold::notify), field("status", &ReferTold::status),
                 field("last", &ReferTold::last)};
};

// We asked the peer to call somebody; the RequestSent beside it is the REFER.
struct ReferSent {
  static constexpr std::string_view kName = "ReferSent";
  CallId call;
  DialogId dialog;
  TransactionId refer;
  std::uint32_t cseq = 0;
  std::string target;
  Instant until;  // by then its NOTIFY must have come (RFC 6665 4.1.2.4, Timer N)
  bool operator==(const ReferSent&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &ReferSent::call),     field("dialog", &ReferSent::dialog),
                 field("refer", &ReferSent::refer),   field("cseq", &ReferSent::cseq),
                 field("target", &ReferSent::target), field("until", &ReferSent::until)};
};

// A NOTIFY of the peer told how it stands.
struct ReferHeard {
  static constexpr std::string_view kName = "ReferHeard";
  CallId call;
  TransactionId refer;
  int status = 0;  // 0: it did not say
  Instant until;
  bool operator==(const ReferHeard&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &ReferHeard::call), field("refer", &ReferHeard::refer),
                 field("status", &ReferHeard::status), field("until", &ReferHeard::until)};
};

// A subscription is over: the peer said so, or nothing was heard for too long, or it is gone.
struct ReferEnded {
  static constexpr std::string_view kName = "ReferEnded";
  CallId call;
  TransactionId refer;
  bool operator==(const ReferEnded&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &ReferEnded::call), field("refer", &ReferEnded::refer)};
};

// The tombstone stays longer: a subscription still uses the dialog (RFC 6665 4.5.2).
struct TombstoneKept {
  static constexpr std::string_view kName = "TombstoneKept";
  CallId call;
  Instant until;
  bool operator==(const TombstoneKept&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &TombstoneKept::call), field("until", &TombstoneKept::until)};
};

}  // namespace model
}  // namespace lastcall
