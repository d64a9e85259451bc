#pragma once
// DialogLayer: the dialogs of each call (RFC 3261 12, states of RFC 5407 2), the requests that
// cross them, and what is owed to the peer when the call ends. Its record of a call outlives the
// call: it is the tombstone (RACES TP-09), which acknowledges late 2xx, answers late requests and
// sends a BYE that had to wait. Decides no offer and no answer; never transmits itself.

#include "engine/core/layer.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lastcall::core {

// RFC 5407 2, without Preparative (no dialog yet) and Morgue (no record any more).
enum class DialogPhase : std::uint8_t { kEarly, kMoratorium, kEstablished, kMortal };
[[nodiscard]] constexpr auto names_of(DialogPhase) {
  return std::array<std::string_view, 4>{"Early", "Moratorium", "Established", "Mortal"};
}

struct Dialog {
  DialogId id;
  DialogPhase phase = DialogPhase::kEarly;
  std::string remote_tag;
  std::string remote_target;                  // where its requests are addressed to
  std::vector<std::string> routes;            // in the order of our Route headers
  std::uint32_t local_cseq = 0;               // our newest request
  std::uint32_t remote_cseq = 0;              // the newest request of the peer
  Endpoint destination;                       // where the bytes of our requests go
  std::map<std::uint32_t, std::string> acks;  // by CSeq: what each repeated 2xx gets again

  bool operator==(const Dialog&) const = default;
  static constexpr auto kFields = std::tuple{field("id", &Dialog::id),
                                             field("phase", &Dialog::phase),
                                             field("remote_tag", &Dialog::remote_tag),
                                             field("remote_target", &Dialog::remote_target),
                                             field("routes", &Dialog::routes),
                                             field("local_cseq", &Dialog::local_cseq),
                                             field("remote_cseq", &Dialog::remote_cseq),
                                             field("destination", &Dialog::destination),
                                             field("acks", &Dialog::acks)};
};

// How far the first INVITE of the call has come.
enum class InvitePhase : std::uint8_t { kCalling, kProceeding, kAccepted, kFailed };
[[nodiscard]] constexpr auto names_of(InvitePhase) {
  return std::array<std::string_view, 4>{"Calling", "Proceeding", "Accepted", "Failed"};
}

// A request of ours inside a dialog that has no final response yet.
struct OwnRequest {
  TransactionId transaction;
  DialogId dialog;
  Method method = Method::kOther;
  std::uint32_t cseq = 0;
  std::uint32_t tries = 1;       // how often it was sent, each time mended
  std::string credentials = {};  // that it carries, whole header lines
  bool operator==(const OwnRequest&) const = default;
  static constexpr auto kFields = std::tuple{field("transaction", &OwnRequest::transaction),
                                             field("dialog", &OwnRequest::dialog),
                                             field("method", &OwnRequest::method),
                                             field("cseq", &OwnRequest::cseq),
                                             field("tries", &OwnRequest::tries),
                                             field("credentials", &OwnRequest::credentials)};
};

// A request of ours that was refused and waits for its credentials.
struct RefusedRequest {
  TransactionId transaction;
  std::string request;  // as it was sent
  bool operator==(const RefusedRequest&) const = default;
  static constexpr auto kFields = std::tuple{field("transaction", &RefusedRequest::transaction),
                                             field("request", &RefusedRequest::request)};
};

// A request of the peer whose credentials are being judged.
struct HeldRequest {
  CallId call;
  Endpoint source;
  Endpoint local;
  std::string request;
  bool operator==(const HeldRequest&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &HeldRequest::call), field("source", &HeldRequest::source),
                 field("local", &HeldRequest::local), field("request", &HeldRequest::request)};
};

// An INVITE of the peer inside a dialog that has no final response yet.
struct PendingInvite {
  TransactionId transaction;
  DialogId dialog;
  std::uint32_t cseq = 0;
  std::string remote_target = {};  // taken over when we accept (RFC 6141 4.6)
  bool operator==(const PendingInvite&) const = default;
  static constexpr auto kFields = std::tuple{
      field("transaction", &PendingInvite::transaction), field("dialog", &PendingInvite::dialog),
      field("cseq", &PendingInvite::cseq), field("remote_target", &PendingInvite::remote_target)};
};

// A 2xx of ours that waits for its ACK.
struct Unacknowledged {
  PendingInvite invite;
  Duration interval{};
  Instant resend_at;
  Instant gives_up_at;
  bool operator==(const Unacknowledged&) const = default;
  static constexpr auto kFields = std::tuple{field("invite", &Unacknowledged::invite),
                                             field("interval", &Unacknowledged::interval),
                                             field("resend_at", &Unacknowledged::resend_at),
                                             field("gives_up_at", &Unacknowledged::gives_up_at)};
};

// The signalling of one call: what all its dialogs share.
struct Leg {
  CallRole role = CallRole::kCaller;
  InvitePhase phase = InvitePhase::kCalling;
  TransactionId invite;
  std::string sip_call_id;
  std::string local_tag;
  std::string local_uri;          // name-addr, without a tag
  std::string remote_uri;         // name-addr, without a tag
  std::uint32_t invite_cseq = 0;  // of our first INVITE; 0 for a callee
  Endpoint local;                 // the port of ours that the call uses
  Endpoint remote;                // where the first INVITE went to or came from
  std::string invite_key;         // callee: see State::invites
  std::vector<Dialog> dialogs;
  std::vector<OwnRequest> requests;          // ours inside its dialogs, oldest first
  std::vector<RefusedRequest> refused;       // of those and the first INVITE
  std::vector<Challenged> challenges;        // the newest of each realm that asked us
  std::uint32_t invite_tries = 1;            // of our first INVITE
  std::string invite_credentials;            // that it carries
  std::optional<PendingInvite> peer_invite;  // the peer's re-INVITE
  std::optional<Unacknowledged> accepted;
  Duties duties;
  std::optional<Instant> until;  // set when the call ends: from then on all dialogs are Mortal

  bool operator==(const Leg&) const = default;
  static constexpr auto kFields = std::tuple{field("role", &Leg::role),
                                             field("phase", &Leg::phase),
                                             field("invite", &Leg::invite),
                                             field("sip_call_id", &Leg::sip_call_id),
                                             field("local_tag", &Leg::local_tag),
                                             field("local_uri", &Leg::local_uri),
                                             field("remote_uri", &Leg::remote_uri),
                                             field("invite_cseq", &Leg::invite_cseq),
                                             field("local", &Leg::local),
                                             field("remote", &Leg::remote),
                                             field("invite_key", &Leg::invite_key),
                                             field("dialogs", &Leg::dialogs),
                                             field("requests", &Leg::requests),
                                             field("refused", &Leg::refused),
                                             field("challenges", &Leg::challenges),
                                             field("invite_tries", &Leg::invite_tries),
                                             field("invite_credentials", &Leg::invite_credentials),
                                             field("peer_invite", &Leg::peer_invite),
                                             field("accepted", &Leg::accepted),
                                             field("duties", &Leg::duties),
                                             field("until", &Leg::until)};

  [[nodiscard]] bool ending() const { return until.has_value(); }
  [[nodiscard]] const Dialog* find(DialogId id) const;
  [[nodiscard]] Dialog* find(DialogId id);
  // Our request in this transaction, or the oldest one with this method; null if there is none.
  [[nodiscard]] const OwnRequest* own_request(TransactionId transaction) const;
  [[nodiscard]] const OwnRequest* own_request(Method method) const;
  // The dialog that carries the call: confirmed and not Mortal; null if there is none.
  [[nodiscard]] const Dialog* confirmed() const;
};

struct DialogLayer {
  using Input = ToDialog;
  using Event = DialogEvent;
  static constexpr CleanupLayer kCleanup = CleanupLayer::kDialog;
  struct State {
    Table<CallId, Leg> legs;  // of live calls and of tombstones
    Table<TransactionId, HeldRequest> held;
    Table<std::string, CallId> invites;  // calls that came in, by Call-ID, From tag and CSeq
    DeadlineIndex deadlines;             // owner: the call
    bool operator==(const State&) const = default;
    static constexpr auto kFields =
        std::tuple{field("legs", &State::legs), field("invites", &State::invites),
                   field("held", &State::held), field("deadlines", &State::deadlines)};
  };
  static void decide(const State& state, const Input& input, const Context& context, Outbox& out);
  static void apply(State& state, const Event& event);
  // No forget(): the record of an ended call stays as its tombstone, until TombstoneEnded.
};

}  // namespace lastcall::core
