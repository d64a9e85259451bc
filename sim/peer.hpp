#pragma once
// Peer: the other side of a call, speaking real SIP bytes over the simulated network (RFC 3261, UDP
// only). It places or takes one call, holds, hangs up, answers what it is asked, and repeats what
// it said until it is answered, so that loss is survivable. It shares the parser with the engine
// and nothing else: an oracle must not share our bugs. A regular value; time is a parameter.

#include "engine/base/fields.hpp"
#include "engine/base/time.hpp"
#include "engine/model/endpoint.hpp"
#include "engine/model/media_types.hpp"
#include "engine/model/sip_message.hpp"
#include "engine/sip/session_timer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sim {

struct Packet {
  Endpoint destination;
  std::string bytes;
  static constexpr auto kFields =
      std::tuple{field("destination", &Packet::destination), field("bytes", &Packet::bytes)};
};
using Packets = std::vector<Packet>;

class Peer {
 public:
  Peer(std::string name, Endpoint local);

  // What the peer can be told to do; each returns what it sends at once. What makes no sense in its
  // state (an answer without a call) sends nothing.
  [[nodiscard]] Packets call(std::string_view user, const Endpoint& at, Instant now);
  [[nodiscard]] Packets answer(Instant now);
  [[nodiscard]] Packets answer_without_audio(Instant now);  // it takes the call and no stream
  [[nodiscard]] Packets reject(Instant now);
  // BYE, or CANCEL while its own call has no answer, or 486 while it is ringing.
  [[nodiscard]] Packets hang_up(Instant now);
  [[nodiscard]] Packets offer(Direction direction, Instant now);  // a re-INVITE
  [[nodiscard]] Packets ask_for_offer(Instant now);  // one without an offer: the 2xx brings it
  // How the call fares that it was sent to make (RFC 3515 2.4.5): NOTIFY, the last one if final.
  [[nodiscard]] Packets report(int status, Instant now);
  // A request inside the dialog, a BYE also inside an early one and after another BYE; UPDATE
  // brings an offer. CANCEL: of its newest INVITE that has no final response, whatever it has
  // heard.
  [[nodiscard]] Packets send(Method method, Instant now);
  // The last request of this method, or response with this status to it, once more: the same bytes,
  // or over another path, as a proxy that forked makes it.
  [[nodiscard]] Packets repeat(Method method, int status) const;
  [[nodiscard]] Packets repeat_by_another_way(Method method) const;
  [[nodiscard]] Packets redirect(const Endpoint& elsewhere, Instant now);  // 302
  // While it rings: another phone rings as well (180 with another tag); the first one gives up
  // (199, RFC 6228), and from then on the other one speaks.
  [[nodiscard]] Packets fork();
  [[nodiscard]] Packets end_first_fork();
  // Whether or not it is known of: the other phone accepts the call as well (RFC 5407 App E), or
  // rings with a 180 that wants a PRACK.
  [[nodiscard]] Packets answer_elsewhere(Instant now);
  [[nodiscard]] Packets ring_reliably_elsewhere();

  // How it behaves from now on.
  void make_offers(bool offers) { offers_ = offers; }                  // in its INVITE
  void keep_session_timer(sip::Refresher who) { refresher_ = who; }    // 90 s (RFC 4028)
  void want_longer_sessions() { wants_longer_sessions_ = true; }       // 422 to a shorter one
  void ask_for_reliable_ringing(bool asks) { asks_reliably_ = asks; }  // RFC 3262
  void stay_quiet() { rings_ = false; }                 // until the final response to INVITE
  void record_route() { records_route_ = true; }        // a proxy at its address stays in the way
  void stop_acknowledging() { acknowledges_ = false; }  // any 2xx, or what wants a PRACK
  void fall_silent();                                   // it says nothing any more
  void forget();                                        // its call: 481 to whatever comes in it
  void replace(std::string dialog) { replaces_ = std::move(dialog); }  // with its next call
  void challenge(Method method) { challenges_ = method; }  // 401 until it has credentials

  // What a call has to name to take the place of this one (RFC 3891); empty without a dialog.
  [[nodiscard]] std::string dialog_to_replace() const;

  // What came in, and what it says to that.
  [[nodiscard]] Packets receive(const std::string& bytes, const Endpoint& source, Instant now);

  // Whether it takes no notice of that, now or whenever it comes: a second answer to what was
  // answered, an ACK of what it repeats no more, or anything once it has fallen silent.
  [[nodiscard]] bool is_deaf_to(const std::string& bytes) const;

  // When it will repeat or give up something; kNever if nothing is open.
  [[nodiscard]] Instant next_deadline() const;
  [[nodiscard]] Packets wake(Instant now);

  [[nodiscard]] bool is_ringing() const { return phase_ == Phase::kRinging; }
  [[nodiscard]] bool is_confirmed() const { return phase_ == Phase::kConfirmed; }
  [[nodiscard]] bool is_over() const { return phase_ == Phase::kOver; }
  [[nodiscard]] Direction direction() const { return direction_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Endpoint& local() const { return local_; }

 private:
  enum class Phase : std::uint8_t { kNone, kCalling, kRinging, kConfirmed, kOver };

  // Repeats of one message: T1, doubling, until 64*T1 (RFC 3261 17.1.2.2).
  struct Repeats {
    Instant next = kNever;
    Instant end = kNever;
    Duration interval{};
    static constexpr auto kFields =
        std::tuple{field("next", &Repeats::next), field("end", &Repeats::end),
                   field("interval", &Repeats::interval)};
  };
  // A request of ours.
  struct Asked {
    Method method = Method::kOther;
    std::string branch;
    Packet packet;
    Repeats repeats;
    bool is_answered = false;  // finally
    Packet ack;                // of an INVITE's final response; sent again for each repeat of it
    static constexpr auto kFields =
        std::tuple{field("method", &Asked::method),           field("branch", &Asked::branch),
                   field("packet", &Asked::packet),           field("repeats", &Asked::repeats),
                   field("is_answered", &Asked::is_answered), field("ack", &Asked::ack)};
  };
  // A request of the other side, and what was answered.
  struct Served {
    Method method = Method::kOther;
    std::string branch;
    std::uint32_t cseq = 0;
    Packet packet;
    Repeats repeats;  // of a final response to INVITE, until its ACK
    static constexpr auto kFields =
        std::tuple{field("method", &Served::method), field("branch", &Served::branch),
                   field("cseq", &Served::cseq), field("packet", &Served::packet),
                   field("repeats", &Served::repeats)};
  };

  [[nodiscard]] std::string next_branch();
  [[nodiscard]] std::string request(Method method, std::string_view branch, std::uint32_t cseq,
                                    std::string_view body) const;
  [[nodiscard]] Packets cancel(Instant now);
  [[nodiscard]] Packets ask(Method method, std::uint32_t cseq, std::string_view body, Instant now);
  [[nodiscard]] std::string sdp(Direction direction);
  [[nodiscard]] std::string route_line() const;
  [[nodiscard]] Packets on_request(const SipMessage& request, const Endpoint& source, Instant now);
  [[nodiscard]] Packets on_invite(const SipMessage& request, const Endpoint& source, Instant now);
  [[nodiscard]] Packets on_cancel(const SipMessage& request, const Endpoint& source, Instant now);
  [[nodiscard]] Packets on_bye(const SipMessage& request, const Endpoint& source, Instant now);
  void on_ack(const SipMessage& request);
  [[nodiscard]] bool has_ack(const SipMessage& ack) const;
  [[nodiscard]] Packets on_refer(const SipMessage& request, const Endpoint& source, Instant now);
  [[nodiscard]] Packets on_response(const SipMessage& response, Instant now);
  [[nodiscard]] Packets on_provisional(Asked& asked, const SipMessage& response, Instant now);
  // The request of ours that it answers; null if there is none.
  [[nodiscard]] const Asked* answered_by(const SipMessage& response) const;
  [[nodiscard]] Packets on_invite_final(Asked& asked, const SipMessage& response, Instant now);
  [[nodiscard]] Packets accept(Served& served, Instant now);
  // Whether an offer of its own waits for its answer.
  [[nodiscard]] bool is_offering() const;
  [[nodiscard]] Packets on_update(const SipMessage& request, const Endpoint& source);
  [[nodiscard]] std::string second_tag() const { return local_tag_ + "-2"; }
  [[nodiscard]] Packet reply(const SipMessage& request, const Endpoint& source, int status,
                             std::string_view body = {});
  [[nodiscard]] bool challenges(const SipMessage& request) const;
  [[nodiscard]] bool is_too_short(const SipMessage& request) const;  // its session
  [[nodiscard]] bool is_in_dialog(const SipMessage& request) const;
  // The INVITE that rings here. REQUIRES: one came.
  [[nodiscard]] Served& first_invite();
  void stop_repeating_accepts();
  [[nodiscard]] const Packet* last_sent(Method method, int status) const;

  std::string name_;
  Endpoint local_;
  Phase phase_ = Phase::kNone;
  bool hangs_up_ = false;  // as soon as it may
  bool offers_ = true;
  std::optional<sip::Refresher> refresher_;
  bool wants_longer_sessions_ = false;
  bool asks_reliably_ = false;
  bool rings_ = true;
  std::uint32_t rseq_ = 0;  // of what it acknowledged last by PRACK
  Method challenges_ = Method::kOther;
  bool is_silent_ = false;
  bool is_answered_elsewhere_ = false;
  bool records_route_ = false;
  bool acknowledges_ = true;
  bool has_audio_ = true;
  Direction direction_ = Direction::kSendRecv;
  std::string call_id_, local_tag_, remote_tag_, remote_uri_, remote_target_;
  Endpoint remote_;
  std::uint32_t cseq_ = 0;
  std::uint32_t branches_ = 0;
  std::uint32_t sdp_version_ = 0;
  std::string pending_head_;  // of the INVITE that it will answer
  std::string first_head_;    // of the one that rang
  std::vector<Asked> asked_;
  std::vector<Served> served_;
  std::string replaces_;

 public:
  static constexpr auto kFields =
      std::tuple{field("phase", &Peer::phase_),
                 field("hangs_up", &Peer::hangs_up_),
                 field("offers", &Peer::offers_),
                 field("refresher", &Peer::refresher_),
                 field("wants_longer_sessions", &Peer::wants_longer_sessions_),
                 field("asks_reliably", &Peer::asks_reliably_),
                 field("rings", &Peer::rings_),
                 field("rseq", &Peer::rseq_),
                 field("challenges", &Peer::challenges_),
                 field("is_answered_elsewhere", &Peer::is_answered_elsewhere_),
                 field("records_route", &Peer::records_route_),
                 field("acknowledges", &Peer::acknowledges_),
                 field("has_audio", &Peer::has_audio_),
                 field("direction", &Peer::direction_),
                 field("call_id", &Peer::call_id_),
                 field("local_tag", &Peer::local_tag_),
                 field("remote_tag", &Peer::remote_tag_),
                 field("remote_uri", &Peer::remote_uri_),
                 field("remote_target", &Peer::remote_target_),
                 field("remote", &Peer::remote_),
                 field("cseq", &Peer::cseq_),
                 field("branches", &Peer::branches_),
                 field("sdp_version", &Peer::sdp_version_),
                 field("pending_head", &Peer::pending_head_),
                 field("first_head", &Peer::first_head_),
                 field("asked", &Peer::asked_),
                 field("served", &Peer::served_),
                 field("replaces", &Peer::replaces_),
                 field("is_silent", &Peer::is_silent_)};
};

}  // namespace lastcall::sim
