#include "sim/peer.hpp"

#include "engine/model/limits.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/reliability.hpp"
#include "engine/sip/sdp.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"
#include "sim/known_messages.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::sim {
namespace {

constexpr std::string_view kSdpType = "application/sdp";
constexpr std::string_view kFragmentType = "message/sipfrag";
constexpr sip::Seconds kSession{90};
constexpr sip::Seconds kLongerSession{1'800};

std::string uri_of(std::string_view user, const Endpoint& at) {
  return "sip:" + std::string{user} + "@" + to_text(at);
}

// The direction that an SDP asks of its sender; sendrecv if it cannot be read.
Direction offered(std::string_view body) {
  const auto read = sip::parse_sdp(body);
  if (!read) return Direction::kSendRecv;
  const auto line = sip::audio(*read);
  return line ? sip::effective_direction(*read, *line) : Direction::kInactive;
}

// The URI in the Contact, which later requests go to (RFC 3261 12.1).
std::string contact_uri(const SipMessage& message) {
  const auto contact = message.header(Header::kContact);
  const auto address =
      contact ? sip::parse_name_addr(*contact) : std::unexpected{sip::ParseError{}};
  return address ? std::string{address->uri} : std::string{};
}

}  // namespace

Peer::Peer(std::string name, Endpoint local)
    : name_(std::move(name)), local_(std::move(local)), local_tag_(name_ + "-tag") {}

std::string Peer::next_branch() { return "z9hG4bK-" + name_ + "-" + std::to_string(++branches_); }

std::string Peer::sdp(Direction direction) {
  const std::string version = std::to_string(++sdp_version_);
  return "v=0\r\no=" + name_ + " 1 " + version + " IN IP4 " + local_.host + "\r\ns=-\r\nc=IN IP4 " +
         local_.host + "\r\nt=0 0\r\nm=audio " + (has_audio_ ? "40000" : "0") +
         " RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=" + std::string{lastcall::name(direction)} +
         "\r\n";
}

std::string Peer::request(Method method, std::string_view branch, std::uint32_t cseq,
                          std::string_view body) const {
  sip::Writer writer{method, remote_target_};
  writer.via(local_, branch).max_forwards(70);
  writer.header(Header::kFrom, "<" + uri_of(name_, local_) + ">;tag=" + local_tag_);
  writer.header(Header::kTo,
                remote_tag_.empty() ? remote_uri_ : remote_uri_ + ";tag=" + remote_tag_);
  writer.header(Header::kCallId, call_id_).cseq(cseq);
  if (method == Method::kInvite || method == Method::kUpdate || method == Method::kRefer) {
    writer.header(Header::kContact, sip::contact_of(local_));
  }
  if (method == Method::kRefer) writer.header(Header::kReferTo, "<sip:somebody@10.0.0.99>");
  if (method == Method::kInvite && !replaces_.empty()) {
    writer.header(Header::kReplaces, replaces_);
  }
  if (refresher_ && (method == Method::kInvite || method == Method::kUpdate)) {
    writer.header(Header::kSupported, "timer");
    writer.header(Header::kSessionExpires, sip::write_session_expires({kSession, refresher_}));
  }
  if (method == Method::kInvite && asks_reliably_) writer.header(Header::kSupported, "100rel");
  if (method == Method::kPrack) {
    // What rings is the answer to the first request of all.
    writer.header(Header::kRack, std::to_string(rseq_) + " 1 INVITE");
  }
  if (method != Method::kNotify) return std::move(writer).finish(body, kSdpType);
  const bool is_last = !body.starts_with("SIP/2.0 1");
  writer.header(Header::kEvent, "refer");
  writer.header(Header::kSubscriptionState,
                is_last ? "terminated;reason=noresource" : "active;expires=60");
  return std::move(writer).finish(body, kFragmentType);
}

Packets Peer::ask(Method method, std::uint32_t cseq, std::string_view body, Instant now) {
  Asked asked{.method = method, .branch = next_branch(), .packet = {}, .repeats = {}, .ack = {}};
  asked.packet = {remote_, request(method, asked.branch, cseq, body)};
  asked.repeats = {now + limits::kT1, now + limits::k64T1, limits::kT1};
  asked_.push_back(std::move(asked));
  return {asked_.back().packet};
}

Packets Peer::call(std::string_view user, const Endpoint& at, Instant now) {
  if (phase_ != Phase::kNone) return {};
  phase_ = Phase::kCalling;
  call_id_ = "call-of-" + name_;
  remote_ = at;
  remote_target_ = uri_of(user, at);
  remote_uri_ = "<" + remote_target_ + ">";
  return ask(Method::kInvite, ++cseq_, offers_ ? sdp(Direction::kSendRecv) : std::string{}, now);
}

Packets Peer::accept(Served& served, Instant now) {
  const std::string contact =
      sip::header_line(Header::kContact, sip::contact_of(local_)) + route_line();
  const std::string body = sdp(direction_);
  served.packet.bytes = sip::response(pending_head_, {.status = 200,
                                                      .to_tag = local_tag_,
                                                      .lines = contact,
                                                      .body = body,
                                                      .content_type = kSdpType});
  served.repeats = {now + limits::kT1, now + limits::k64T1, limits::kT1};
  return {served.packet};
}

Peer::Served& Peer::first_invite() {
  return *std::ranges::find(served_, Method::kInvite, &Served::method);
}

Packets Peer::answer(Instant now) {
  if (phase_ != Phase::kRinging) return {};
  phase_ = Phase::kConfirmed;
  return accept(first_invite(), now);
}

Packets Peer::answer_without_audio(Instant now) {
  has_audio_ = false;
  return answer(now);
}

std::string Peer::route_line() const {
  if (!records_route_) return {};
  return sip::header_line(Header::kRecordRoute, "<sip:proxy@" + to_text(local_) + ";lr>");
}

Packets Peer::fork() {
  if (phase_ != Phase::kRinging) return {};
  return {{first_invite().packet.destination,
           sip::response(pending_head_, {.status = 180, .to_tag = second_tag()})}};
}

Packets Peer::answer_elsewhere(Instant now) {
  if (first_head_.empty() || phase_ == Phase::kOver) return {};
  Served other = first_invite();
  const std::string contact = sip::header_line(Header::kContact, sip::contact_of(local_));
  is_answered_elsewhere_ = true;
  other.branch.append("-2");  // what repeats the INVITE gets the answer of the first phone
  other.packet.bytes = sip::response(first_head_, {.status = 200,
                                                   .to_tag = second_tag(),
                                                   .lines = contact,
                                                   .body = sdp(direction_),
                                                   .content_type = kSdpType});
  other.repeats = {now + limits::kT1, now + limits::k64T1, limits::kT1};
  served_.push_back(std::move(other));
  return {served_.back().packet};
}

Packets Peer::ring_reliably_elsewhere() {
  if (first_head_.empty() || phase_ == Phase::kOver) return {};
  const std::string lines = sip::header_line(Header::kRequire, "100rel") +
                            sip::header_line(Header::kRseq, "1") +
                            sip::header_line(Header::kContact, sip::contact_of(local_));
  return {{first_invite().packet.destination,
           sip::response(first_head_, {.status = 180, .to_tag = second_tag(), .lines = lines})}};
}

Packets Peer::end_first_fork() {
  if (phase_ != Phase::kRinging) return {};
  const std::string first = std::exchange(local_tag_, local_tag_ + "-2");
  return {{first_invite().packet.destination,
           sip::response(pending_head_, {.status = 199, .to_tag = first})}};
}

Packets Peer::reject(Instant now) {
  if (phase_ != Phase::kRinging) return {};
  phase_ = Phase::kOver;
  Served& served = first_invite();
  served.packet.bytes = sip::response(pending_head_, {.status = 486, .to_tag = local_tag_});
  served.repeats = {now + limits::kT1, now + limits::k64T1, limits::kT1};
  return {served.packet};
}

Packets Peer::hang_up(Instant now) {
  if (phase_ == Phase::kRinging) return reject(now);
  if (phase_ == Phase::kConfirmed) return send(Method::kBye, now);
  if (phase_ != Phase::kCalling) return {};
  hangs_up_ = true;
  // RFC 3261 9.1: no CANCEL before a provisional response.
  return remote_tag_.empty() ? Packets{} : cancel(now);
}

Packets Peer::cancel(Instant now) {
  const auto invite = std::ranges::find_if(asked_.rbegin(), asked_.rend(), [](const Asked& asked) {
    return asked.method == Method::kInvite && !asked.is_answered;
  });
  if (invite == asked_.rend()) return {};
  const auto sent = message_of(invite->packet.bytes);
  Asked cancel{
      .method = Method::kCancel, .branch = invite->branch, .packet = {}, .repeats = {}, .ack = {}};
  cancel.packet = {remote_, sip::cancel_for(*sent)};
  cancel.repeats = {now + limits::kT1, now + limits::k64T1, limits::kT1};
  asked_.push_back(std::move(cancel));
  return {asked_.back().packet};
}

Packets Peer::offer(Direction direction, Instant now) {
  if (phase_ != Phase::kConfirmed) return {};
  direction_ = direction;
  return ask(Method::kInvite, ++cseq_, sdp(direction), now);
}

Packets Peer::ask_for_offer(Instant now) {
  if (phase_ != Phase::kConfirmed) return {};
  return ask(Method::kInvite, ++cseq_, {}, now);
}

Packets Peer::report(int status, Instant now) {
  if (remote_tag_.empty()) return {};
  const std::string fragment =
      "SIP/2.0 " + std::to_string(status) + " " + std::string{sip::reason_phrase(status)} + "\r\n";
  return ask(Method::kNotify, ++cseq_, fragment, now);
}

Packets Peer::send(Method method, Instant now) {
  if (method == Method::kCancel) return cancel(now);
  const bool is_bye = method == Method::kBye;
  // No dialog yet to hang up in: as soon as there is one.
  if (is_bye && phase_ == Phase::kCalling && remote_tag_.empty()) hangs_up_ = true;
  if (remote_tag_.empty() || (phase_ == Phase::kRinging && is_bye)) return {};
  if (is_bye) phase_ = Phase::kOver;
  const bool offers = method == Method::kUpdate;
  return ask(method, ++cseq_, offers ? sdp(direction_) : std::string{}, now);
}

Packets Peer::receive(const std::string& bytes, const Endpoint& source, Instant now) {
  if (is_silent_) return {};
  const auto message = message_of(bytes);
  if (!message) return {};
  return message->is_request() ? on_request(*message, source, now) : on_response(*message, now);
}

bool Peer::is_deaf_to(const std::string& bytes) const {
  if (is_silent_) return true;
  const auto message = message_of(bytes);
  if (!message) return true;
  if (message->method() == Method::kAck && message->is_request()) return has_ack(*message);
  if (message->is_request()) return false;
  const Asked* asked = answered_by(*message);
  if (asked == nullptr) return true;
  // A final response to INVITE is acknowledged however often it comes.
  return asked->is_answered && (asked->method != Method::kInvite || message->status() < 200);
}

bool Peer::challenges(const SipMessage& request) const {
  return request.method() == challenges_ && !request.header(Header::kAuthorization);
}

bool Peer::is_in_dialog(const SipMessage& request) const {
  const bool ours = request.to_tag() == local_tag_ || request.to_tag() == second_tag();
  return !call_id_.empty() && request.call_id() == call_id_ && ours &&
         request.from_tag() == remote_tag_;
}

Packet Peer::reply(const SipMessage& request, const Endpoint& source, int status,
                   std::string_view body) {
  std::string lines;
  if (status == 401) {
    lines = sip::header_line(Header::kWwwAuthenticate, R"(Digest realm="sim", nonce="1")");
  }
  if (status == 422) lines = sip::header_line(Header::kMinSe, sip::write_delta(kLongerSession));
  if (!body.empty()) lines += sip::header_line(Header::kContact, sip::contact_of(local_));
  const Packet packet{
      sip::response_destination(request, source),
      sip::response(sip::response_head(request, source), {.status = status,
                                                          .to_tag = local_tag_,
                                                          .lines = lines,
                                                          .body = std::string{body},
                                                          .content_type = kSdpType})};
  served_.push_back({.method = request.method(),
                     .branch = std::string{request.via().branch},
                     .cseq = request.cseq(),
                     .packet = packet,
                     .repeats = {}});
  return packet;
}

Packets Peer::on_request(const SipMessage& request, const Endpoint& source, Instant now) {
  if (request.method() == Method::kAck) {
    on_ack(request);
    return {};
  }
  const std::string_view branch = request.via().branch;
  for (const Served& served : served_) {
    // The same request again gets the same answer (RFC 3261 17.2).
    if (served.branch != branch || served.method != request.method()) continue;
    return served.packet.bytes.empty() ? Packets{} : Packets{served.packet};
  }
  switch (request.method()) {
    case Method::kInvite:
      return on_invite(request, source, now);
    case Method::kCancel:
      return on_cancel(request, source, now);
    case Method::kBye:
      return on_bye(request, source, now);
    case Method::kUpdate:
      return on_update(request, source);
    case Method::kOptions:
    case Method::kPrack:
      return {reply(request, source, 200)};
    case Method::kRefer:
      return on_refer(request, source, now);
    case Method::kNotify:
      return {reply(request, source, is_in_dialog(request) ? 200 : 481)};
    default:
      return {reply(request, source, is_in_dialog(request) ? 501 : 481)};
  }
}

Packets Peer::on_invite(const SipMessage& request, const Endpoint& source, Instant now) {
  const bool is_new = request.to_tag().empty();
  if (challenges(request)) {
    const Packet refusal = reply(request, source, 401);
    served_.back().repeats = {now + limits::kT1, now + limits::k64T1, limits::kT1};
    return {refusal};
  }
  if (is_new && phase_ != Phase::kNone) return {reply(request, source, 486)};
  if (is_new) {
    phase_ = Phase::kRinging;
    call_id_ = request.call_id();
    remote_tag_ = request.from_tag();
    remote_uri_ = "<" + std::string{request.from_uri()} + ">";
    direction_ = flip(offered(request.body()));
    const Packet ringing = reply(request, source, 180);
    pending_head_ = sip::response_head(request, source);
    first_head_ = pending_head_;
    remote_ = source;
    remote_target_ = contact_uri(request);
    if (rings_) return {ringing};
    served_.back().packet.bytes.clear();
    return {};
  }
  if (!is_in_dialog(request) || phase_ != Phase::kConfirmed) return {reply(request, source, 481)};
  if (is_offering()) return {reply(request, source, 491)};
  if (is_too_short(request)) return {reply(request, source, 422)};
  direction_ = flip(offered(request.body()));
  pending_head_ = sip::response_head(request, source);
  (void)reply(request, source, 200);
  return accept(served_.back(), now);
}

bool Peer::is_offering() const {
  return std::ranges::any_of(asked_, [](const Asked& asked) {
    const bool offers = asked.method == Method::kInvite || asked.method == Method::kUpdate;
    return offers && !asked.is_answered;
  });
}

Packets Peer::on_update(const SipMessage& request, const Endpoint& source) {
  if (!is_in_dialog(request) || phase_ == Phase::kOver) return {reply(request, source, 481)};
  if (is_too_short(request)) return {reply(request, source, 422)};
  if (request.body().empty()) return {reply(request, source, 200)};
  if (is_offering()) return {reply(request, source, 491)};
  direction_ = flip(offered(request.body()));
  return {reply(request, source, 200, sdp(direction_))};
}

// What it was sent to do has begun when it says so (RFC 3515 2.4.4).
Packets Peer::on_refer(const SipMessage& request, const Endpoint& source, Instant now) {
  if (!is_in_dialog(request) || phase_ != Phase::kConfirmed) return {reply(request, source, 481)};
  Packets packets{reply(request, source, 202)};
  for (Packet& packet : report(100, now)) packets.push_back(std::move(packet));
  return packets;
}

bool Peer::is_too_short(const SipMessage& request) const {
  if (!wants_longer_sessions_) return false;
  const auto line = request.header(Header::kSessionExpires);
  const auto read = line ? sip::parse_session_expires(*line) : std::unexpected{sip::ParseError{}};
  return read && read->interval < kLongerSession;
}

Packets Peer::on_cancel(const SipMessage& request, const Endpoint& source, Instant now) {
  const std::string_view branch = request.via().branch;
  const bool known = std::ranges::any_of(served_, [branch](const Served& served) {
    return served.method == Method::kInvite && served.branch == branch;
  });
  Packets packets{reply(request, source, known ? 200 : 481)};
  // A proxy that has passed on a 2xx passes no refusal on (RFC 3261 16.7, step 5).
  if (phase_ == Phase::kRinging && known && !is_answered_elsewhere_) {
    phase_ = Phase::kOver;
    Served& invite = first_invite();
    invite.packet.bytes = sip::response(pending_head_, {.status = 487, .to_tag = local_tag_});
    invite.repeats = {now + limits::kT1, now + limits::k64T1, limits::kT1};
    packets.push_back(invite.packet);
  }
  return packets;
}

Packets Peer::on_bye(const SipMessage& request, const Endpoint& source, Instant) {
  if (!is_in_dialog(request)) return {reply(request, source, 481)};
  if (challenges(request)) return {reply(request, source, 401)};
  if (request.to_tag() != local_tag_) return {reply(request, source, 200)};  // the other phone's
  phase_ = Phase::kOver;
  stop_repeating_accepts();
  return {reply(request, source, 200)};
}

// Whether it can stop nothing: what it acknowledges was said, and is not said any more. Of the
// INVITE that rang that is never certain, as another phone may still accept it.
bool Peer::has_ack(const SipMessage& ack) const {
  const auto it = std::ranges::find_if(served_, [&](const Served& served) {
    return served.method == Method::kInvite && served.cseq == ack.cseq();
  });
  return it != served_.end() && it->repeats.next == kNever && !first_head_.contains(it->branch);
}

void Peer::on_ack(const SipMessage& request) {
  for (Served& served : served_) {
    if (served.method == Method::kInvite && served.cseq == request.cseq()) served.repeats = {};
  }
}

const Peer::Asked* Peer::answered_by(const SipMessage& response) const {
  const std::string_view branch = response.via().branch;
  const auto it = std::ranges::find_if(asked_, [&](const Asked& asked) {
    return asked.branch == branch && asked.method == response.method();
  });
  return it == asked_.end() ? nullptr : &*it;
}

Packets Peer::on_response(const SipMessage& response, Instant now) {
  const Asked* answered = answered_by(response);
  if (answered == nullptr) return {};
  Asked& asked = asked_[static_cast<std::size_t>(answered - asked_.data())];
  if (asked.is_answered) {
    const bool again = asked.method == Method::kInvite && response.status() >= 200;
    if (again && (acknowledges_ || response.status() >= 300)) return {asked.ack};
    return {};
  }
  const bool is_invite = asked.method == Method::kInvite;
  if (is_invite && phase_ == Phase::kCalling && !response.to_tag().empty()) {
    remote_tag_ = response.to_tag();
  }
  if (response.status() < 200) {
    return is_invite ? on_provisional(asked, response, now) : Packets{};
  }
  asked.is_answered = true;
  asked.repeats = {};
  return is_invite ? on_invite_final(asked, response, now) : Packets{};
}

Packets Peer::on_provisional(Asked& asked, const SipMessage& response, Instant now) {
  // RFC 3261 17.1.1.2: an INVITE is not repeated once it is known to have arrived.
  asked.repeats = {};
  Packets packets;
  const auto rseq = response.header(Header::kRseq);
  const auto number = rseq ? sip::parse_rseq(*rseq) : std::unexpected{sip::ParseError{}};
  if (asks_reliably_ && acknowledges_ && number && *number > rseq_) {
    rseq_ = *number;
    if (const auto target = contact_uri(response); !target.empty()) remote_target_ = target;
    packets = ask(Method::kPrack, ++cseq_, {}, now);
  }
  if (!hangs_up_) return packets;
  for (Packet& packet : hang_up(now)) packets.push_back(std::move(packet));
  return packets;
}

Packets Peer::on_invite_final(Asked& asked, const SipMessage& response, Instant now) {
  if (response.status() >= 300) {
    if (phase_ == Phase::kCalling) phase_ = Phase::kOver;
    const auto sent = message_of(asked.packet.bytes);
    asked.ack = {remote_, sip::ack_for_failure(*sent, response)};
    return {asked.ack};
  }
  if (const std::string target = contact_uri(response); !target.empty()) remote_target_ = target;
  if (phase_ == Phase::kCalling) phase_ = Phase::kConfirmed;
  if (!response.body().empty()) direction_ = flip(offered(response.body()));
  // To an offer in the 2xx the ACK brings the answer (RFC 3261 13.2.2.4).
  const bool brings_offer = message_of(asked.packet.bytes)->body().empty();
  const std::string answer = brings_offer ? sdp(direction_) : std::string{};
  asked.ack = {remote_, request(Method::kAck, next_branch(), response.cseq(), answer)};
  if (!acknowledges_) return {};
  Packets packets{asked.ack};
  if (hangs_up_ && phase_ == Phase::kConfirmed) {
    for (Packet& packet : send(Method::kBye, now)) packets.push_back(std::move(packet));
  }
  return packets;
}

}  // namespace lastcall::sim
