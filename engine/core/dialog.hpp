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
  std::string remote_sdp;         // caller, until it is confirmed: the peer's newest description
  bool owes_answer = false;       // its 2xx made the offer: the ACK waits for our answer
  std::uint32_t reliable_of = 0;  // the CSeq of the INVITE that `rseq` counts for
  std::uint32_t rseq = 0;         // the newest RSeq of the peer that we acknowledged
  bool ended_by_peer = false;     // its BYE was taken

  bool operator==(const Dialog&) const = default;
  static constexpr auto kFields = std::tuple{field("id", &Dialog::id),
                                             field("phase", &Dialog::phase),
                                             field("remote_tag", &Dialog::remote_tag),
                                             field("remote_target", &Dialog::remote_target),
                                             field("routes", &Dialog::routes),
                                             field("local_cseq", &Dialog::local_cseq),
                                             field("remote_cseq", &Dialog::remote_cseq),
                                             field("destination", &Dialog::destination),
                                             field("acks", &Dialog::acks),
                                             field("remote_sdp", &Dialog::remote_sdp),
                                             field("owes_answer", &Dialog::owes_answer),
                                             field("reliable_of", &Dialog::reliable_of),
                                             field("rseq", &Dialog::rseq),
                                             field("ended_by_peer", &Dialog::ended_by_peer)};
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
  bool overtaken = false;  // the peer moved its target since then: that is newer (RFC 6141 4.6)
  bool operator==(const OwnRequest&) const = default;
  static constexpr auto kFields = std::tuple{field("transaction", &OwnRequest::transaction),
                                             field("dialog", &OwnRequest::dialog),
                                             field("method", &OwnRequest::method),
                                             field("cseq", &OwnRequest::cseq),
                                             field("tries", &OwnRequest::tries),
                                             field("credentials", &OwnRequest::credentials),
                                             field("overtaken", &OwnRequest::overtaken)};
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

// An INVITE or UPDATE of the peer inside a dialog that has no final response yet.
struct PendingRequest {
  TransactionId transaction;
  DialogId dialog;
  std::uint32_t cseq = 0;
  std::string remote_target = {};  // taken over when we accept (RFC 6141 4.6)
  bool operator==(const PendingRequest&) const = default;
  static constexpr auto kFields = std::tuple{
      field("transaction", &PendingRequest::transaction), field("dialog", &PendingRequest::dialog),
      field("cseq", &PendingRequest::cseq), field("remote_target", &PendingRequest::remote_target)};
};

// A 2xx of ours that waits for its ACK.
struct Unacknowledged {
  PendingRequest invite;
  Duration interval{};
  Instant resend_at;
  Instant gives_up_at;
  bool operator==(const Unacknowledged&) const = default;
  static constexpr auto kFields = std::tuple{field("invite", &Unacknowledged::invite),
                                             field("interval", &Unacknowledged::interval),
                                             field("resend_at", &Unacknowledged::resend_at),
                                             field("gives_up_at", &Unacknowledged::gives_up_at)};
};

// Callee: the newest provisional response to the first INVITE.
struct Provisional {
  std::uint32_t rseq = 0;  // the last one used; 0: none was reliable
  bool acknowledged = false;
  std::optional<Instant> again_at;  // the caller is told once more
  std::optional<Instant> resend_at;
  std::optional<Instant> gives_up_at;
  Duration interval{};
  // Whether it is reliable and waits for its PRACK.
  [[nodiscard]] bool repeated() const { return resend_at.has_value(); }
  bool operator==(const Provisional&) const = default;
  static constexpr auto kFields = std::tuple{field("rseq", &Provisional::rseq),
                                             field("acknowledged", &Provisional::acknowledged),
                                             field("again_at", &Provisional::again_at),
                                             field("resend_at", &Provisional::resend_at),
                                             field("gives_up_at", &Provisional::gives_up_at),
                                             field("interval", &Provisional::interval)};
};

// How long a session lives without a refresh, and whose the refresh is (RFC 4028).
struct SessionTerms {
  Duration expires{};  // zero: for ever
  bool we_refresh = false;
  bool operator==(const SessionTerms&) const = default;
  static constexpr auto kFields = std::tuple{field("expires", &SessionTerms::expires),
                                             field("we_refresh", &SessionTerms::we_refresh)};
};

struct SessionTimer {
  SessionTerms terms;       // in force; no timer runs while they say for ever
  SessionTerms offered;     // what our 2xx to the pending request of the peer will say
  Duration min_se{};        // the peer's, once it told (RFC 4028 6)
  bool refreshing = false;  // our refresh is under way
  std::optional<Instant> refresh_at;
  std::optional<Instant> expires_at;
  bool operator==(const SessionTimer&) const = default;
  static constexpr auto kFields = std::tuple{field("terms", &SessionTimer::terms),
                                             field("offered", &SessionTimer::offered),
                                             field("min_se", &SessionTimer::min_se),
                                             field("refreshing", &SessionTimer::refreshing),
                                             field("refresh_at", &SessionTimer::refresh_at),
                                             field("expires_at", &SessionTimer::expires_at)};
};

// A REFER in one of the dialogs and the subscription that it began (RFC 3515 2.4.4).
struct Refer {
  TransactionId refer;
  DialogId dialog;
  std::uint32_t cseq = 0;
  bool is_named = false;  // events say its CSeq: it is not the first one of the dialog
  bool ours = false;      // we sent it
  CallId placed;          // theirs: the call that they asked for
  int status = 0;         // the newest of that call
  int told = 0;           // theirs: what the newest NOTIFY said
  TransactionId notify;   // theirs: a NOTIFY without its final response
  Instant until;
  bool operator==(const Refer&) const = default;
  static constexpr auto kFields =
      std::tuple{field("refer", &Refer::refer),   field("dialog", &Refer::dialog),
                 field("cseq", &Refer::cseq),     field("is_named", &Refer::is_named),
                 field("ours", &Refer::ours),     field("placed", &Refer::placed),
                 field("status", &Refer::status), field("told", &Refer::told),
                 field("notify", &Refer::notify), field("until", &Refer::until)};
};

// A call that a peer asked for and whose INVITE has not left yet.
struct Referral {
  CallId by;  // whose peer wants to hear of it; none: nobody
  std::string lines;
  bool operator==(const Referral&) const = default;
  static constexpr auto kFields =
      std::tuple{field("by", &Referral::by), field("lines", &Referral::lines)};
};

// Where redirections have sent our first INVITE (RFC 3261 8.1.3.4).
struct Redirections {
  std::vector<std::string> tried;  // without the URI that was called
  std::vector<std::string> left;   // where it may go if the newest fails, in this order
  bool operator==(const Redirections&) const = default;
  static constexpr auto kFields =
      std::tuple{field("tried", &Redirections::tried), field("left", &Redirections::left)};
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
  std::uint32_t peer_cseq = 0;    // of the first INVITE of the peer; 0 for a caller
  bool offerless = false;         // the first INVITE had no offer
  Endpoint local;                 // the port of ours that the call uses
  Endpoint remote;                // where the first INVITE went to or came from
  std::string invite_key;         // see State::invites
  std::vector<Dialog> dialogs;
  std::vector<OwnRequest> requests;     // ours inside its dialogs, oldest first
  std::vector<RefusedRequest> refused;  // of those and the first INVITE
  std::vector<Challenged> challenges;   // the newest of each realm that asked us
  std::uint32_t invite_tries = 1;       // of our first INVITE
  std::string invite_credentials;       // that it carries
  Redirections redirections;
  std::optional<PendingRequest> peer_invite;  // the peer's re-INVITE
  std::optional<PendingRequest> peer_update;
  std::optional<Unacknowledged> accepted;
  Abilities peer_can;
  Provisional provisional;
  SessionTimer timer;
  bool collided = false;            // a 491 has come since an offer of ours was last answered
  std::optional<Instant> retry_at;  // when our next offer may be made after a collision
  std::optional<Instant> forks_until;
  std::vector<Refer> refers;   // they may outlive the call
  std::uint32_t referred = 0;  // calls that the peer asked for by REFER
  CallId referrer;             // the call whose peer asked for this one, and wants to hear of it
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
                                             field("peer_cseq", &Leg::peer_cseq),
                                             field("offerless", &Leg::offerless),
                                             field("local", &Leg::local),
                                             field("remote", &Leg::remote),
                                             field("invite_key", &Leg::invite_key),
                                             field("dialogs", &Leg::dialogs),
                                             field("requests", &Leg::requests),
                                             field("refused", &Leg::refused),
                                             field("challenges", &Leg::challenges),
                                             field("invite_tries", &Leg::invite_tries),
                                             field("invite_credentials", &Leg::invite_credentials),
                                             field("redirections", &Leg::redirections),
                                             field("peer_invite", &Leg::peer_invite),
                                             field("accepted", &Leg::accepted),
                                             field("peer_update", &Leg::peer_update),
                                             field("peer_can", &Leg::peer_can),
                                             field("provisional", &Leg::provisional),
                                             field("timer", &Leg::timer),
                                             field("collided", &Leg::collided),
                                             field("retry_at", &Leg::retry_at),
                                             field("forks_until", &Leg::forks_until),
                                             field("refers", &Leg::refers),
                                             field("referred", &Leg::referred),
                                             field("referrer", &Leg::referrer),
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
  // Whether an INVITE or UPDATE is in progress in either direction, or a 2xx waits for its ACK: no
  // offer of ours may begin (RFC 3261 14.1, RACES C-10).
  [[nodiscard]] bool busy() const;
};

struct DialogLayer {
  using Input = ToDialog;
  using Event = DialogEvent;
  static constexpr CleanupLayer kCleanup = CleanupLayer::kDialog;
  struct State {
    Table<CallId, Leg> legs;  // of live calls and of tombstones
    Table<TransactionId, HeldRequest> held;
    // By the Call-ID, From tag and CSeq of the first INVITE; of ours the CSeq counts as 0, for the
    // requests of the callee do not tell it.
    Table<std::string, CallId> invites;
    Table<CallId, Referral> referrals;
    DeadlineIndex deadlines;  // owner: the call, or the REFER of a subscription
    bool operator==(const State&) const = default;
    static constexpr auto kFields = std::tuple{
        field("legs", &State::legs), field("invites", &State::invites), field("held", &State::held),
        field("referrals", &State::referrals), field("deadlines", &State::deadlines)};
  };
  static void decide(const State& state, const Input& input, const Context& context, Outbox& out);
  static void apply(State& state, const Event& event);
  // No forget(): the record of an ended call stays as its tombstone, until TombstoneEnded.
};

}  // namespace lastcall::core
