#include "replay/around/scenario_of.hpp"

#include "engine/sip/body.hpp"
#include "engine/sip/sdp.hpp"
#include "replay/wire/rules.hpp"
#include "sim/decisions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace lastcall::replay::around {
namespace {

using sim::Action;
using sim::Verb;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""us;

// What is longer under way than this did not cross: it was lost, or its answer was.
constexpr Duration kCrossingMax = 500ms;
constexpr Duration kFlightLeast = 10us;
// A call that nobody is seen to end is ended by its user so long behind its last message; whoever
// still believes in a call long after that hangs up.
constexpr Duration kEndsAfter = 1s;
constexpr Duration kGivesUpAfter = 300s;
// What a peer of the simulation can send beside what sets up and ends calls.
constexpr std::array kPeerMethods{Method::kUpdate, Method::kOptions, Method::kInfo, Method::kRefer,
                                  Method::kMessage};

bool is_without_audio(const SipMessage& message) {
  const auto body = sip::body_of_type(message, "application/sdp");
  const auto sdp = body ? sip::parse_sdp(*body) : std::unexpected(sip::ParseError{});
  return sdp && !sip::audio(*sdp);
}

// Reads the acts of both users off the messages of one seat, in order.
class ActReader {
 public:
  ActReader(const wire::Call& call, const wire::Seat& seat)
      : call_(call),
        seat_(seat),
        ours_(name(seat.side)),
        peers_(name(other(seat.side))),
        begin_ns_(call.messages.front().mark.at_ns) {}

  CapturedScenario read() {
    for (const wire::Message& each : call_.messages) {
      now_ = Duration{each.mark.at_ns - begin_ns_};
      current_ = &each;
      if (!seen_.insert(each.sip.bytes()).second) continue;
      if (seat_.received(call_, each)) read_peer(each.sip);
      if (seat_.sent(call_, each)) read_own(each.sip);
    }
    end();
    let_cross();
    return take();
  }

  [[nodiscard]] bool begun() const { return begun_; }

 private:
  // ---- what the peer sent

  void read_peer(const SipMessage& sip) {
    if (sip.header("Record-Route")) habits_.insert(Verb::kRecordsRoute);
    sip.is_request() ? read_peer_request(sip) : read_peer_response(sip);
  }

  void read_peer_request(const SipMessage& sip) {
    switch (sip.method()) {
      case Method::kInvite:
        return sip.to_tag().empty() ? read_peer_call(sip)
                                    : peer(wire::holds(sip) ? Verb::kHolds : Verb::kResumes);
      case Method::kBye:
        return read_peer_bye();
      case Method::kCancel:
        return peer(Verb::kHangsUp);
      case Method::kAck:
      case Method::kPrack:
        return;
      default:
        break;
    }
    if (std::ranges::find(kPeerMethods, sip.method()) == kPeerMethods.end()) return leave_out(sip);
    peer(Verb::kSends, sip.method());
  }

  void read_peer_call(const SipMessage& sip) {
    if (std::exchange(begun_, true)) return;
    const bool offers = sip::body_of_type(sip, "application/sdp").has_value();
    peer(!offers                         ? Verb::kCallsWithoutOffer
         : sip.header("Session-Expires") ? Verb::kCallsWithTimer
                                         : Verb::kCalls);
    acts_.back().object = ours_;
  }

  // A BYE before the answer, or when the call was ended, is sent as such. Any other is that of a
  // user who hangs up: before he has heard of the answer, that is a CANCEL.
  void read_peer_bye() {
    const bool is_plain = answered_ && !peer_hung_up_ && !hung_up_;
    peer_hung_up_ = true;
    is_plain ? peer(Verb::kHangsUp) : peer(Verb::kSends, Method::kBye);
  }

  void read_peer_response(const SipMessage& sip) {
    const int status = sip.status();
    const bool is_challenge = status == 401 || status == 407;
    if (sip.method() == Method::kBye && is_challenge) habits_.insert(Verb::kChallenges);
    if (sip.method() != Method::kInvite || sip.cseq() != our_invite_) return;
    const bool is_new_tag = !sip.to_tag().empty() && tags_.insert(std::string{sip.to_tag()}).second;
    const bool is_fork = is_new_tag && tags_.size() > 1;
    if (status < 200) return is_fork ? peer(Verb::kForks) : void();
    if (status == 487 || is_challenge) return is_challenge ? leave_out(sip) : void();
    if (status >= 300) return peer(Verb::kRejects);
    if (answered_) return is_fork ? peer(Verb::kSecondForkAnswers) : void();
    answered_ = true;
    peer(is_without_audio(sip) ? Verb::kAnswersWithoutAudio : Verb::kAnswers);
  }

  // ---- what the seat sent

  void read_own(const SipMessage& sip) {
    if (sip.is_response()) return read_own_response(sip);
    switch (sip.method()) {
      case Method::kInvite:
        return sip.to_tag().empty() ? read_own_call(sip) : read_own_offer(sip);
      case Method::kBye:
      case Method::kCancel:
        // A BYE behind a CANCEL comes of itself, and so does one for want of an ACK (RFC 3261
        // 13.3.1.4).
        if (!std::exchange(hung_up_, true) && acknowledged()) own(Verb::kHangsUp);
        return;
      case Method::kAck:
      case Method::kPrack:
        return;
      default:
        return leave_out(sip);
    }
  }

  void read_own_call(const SipMessage& sip) {
    our_invite_ = sip.cseq();
    if (std::exchange(begun_, true)) return;
    own(Verb::kCalls);
    acts_.back().object = peers_;
  }

  void read_own_offer(const SipMessage& sip) {
    const bool holds = wire::holds(sip);
    if (std::exchange(held_, holds) == holds) return;  // a refresh, or the same once more
    own(holds ? Verb::kHolds : Verb::kResumes);
  }

  void read_own_response(const SipMessage& sip) {
    if (sip.method() != Method::kInvite || sip.status() < 200 || decided_) return;
    const int status = sip.status();
    if (status == 401 || status == 407 || status == 487 || status == 481) return;
    decided_ = true;
    if (status >= 300) return own(Verb::kRejects);
    answered_ = true;
    own(Verb::kAnswers);
    if (!acknowledged()) habits_.insert(Verb::kStopsAcknowledging);
  }

  // Whether any ACK came to the seat that answered; a seat that called was not asked for one.
  [[nodiscard]] bool acknowledged() const {
    const auto is_accept = [&](const wire::Message& each) {
      return seat_.sent(call_, each) && each.sip.is_response() &&
             each.sip.method() == Method::kInvite && each.sip.status() / 100 == 2;
    };
    const auto is_ack = [&](const wire::Message& each) {
      return seat_.received(call_, each) && each.sip.method() == Method::kAck;
    };
    return std::ranges::count_if(call_.messages, is_accept) < 2 ||
           std::ranges::any_of(call_.messages, is_ack);
  }

  // ---- the scenario

  void peer(Verb verb, Method method = Method::kOther) {
    if (current_ != nullptr) shown_by_[acts_.size()] = current_;
    acts_.push_back({.actor = peers_, .verb = verb, .method = method, .at = now_});
  }
  void own(Verb verb) { acts_.push_back({.actor = ours_, .verb = verb, .at = now_}); }
  void leave_out(const SipMessage& sip) {
    const std::string what = sip.is_request()
                                 ? std::string{sip.method_text()}
                                 : fmt::format("{} to {}", sip.status(), sip.method_text());
    if (left_.insert(what).second) left_out_.push_back(what + " has no counterpart here");
  }

  void end() {
    current_ = nullptr;
    static constexpr std::array kEndings{Verb::kHangsUp, Verb::kRejects};
    const bool ends = std::ranges::any_of(acts_, [](const Action& act) {
      return std::ranges::find(kEndings, act.verb) != kEndings.end() || act.method == Method::kBye;
    });
    if (!ends && acknowledged()) {
      now_ += kEndsAfter;
      own(Verb::kHangsUp);
      left_out_.push_back(fmt::format("nobody is seen to end the call: the {} does", ours_));
    }
    now_ += kGivesUpAfter;
    peer(Verb::kHangsUp);
  }

  // A request that the tap saw before the seat acted, though the seat reacted to it only then: it
  // had not arrived. As engines react at once, the order in which lastcall acts is taken.
  void let_cross() {
    for (const auto& [index, message] : shown_by_) {
      if (!message->sip.is_request() || message->sip.to_tag().empty()) continue;
      Action& act = acts_[index];
      const Duration seen = act.at;
      const Duration until = std::min(reaction_to(*message), seen + kCrossingMax);
      for (const Action& own : acts_) {
        const bool is_between = own.actor == ours_ && own.at > seen && own.at < until;
        if (is_between) act.at = std::max(act.at, own.at + 1us);
      }
      if (act.at == seen) continue;
      left_out_.push_back(fmt::format(
          "the order of packet {}, which reached the seat behind its act", message->mark.packet));
    }
  }

  // A flight by which reactions come no later than they did, as acts may have followed on them, and
  // by which all that was seen between a message of the seat and the reaction to it stays between
  // the two. The second counts for more.
  [[nodiscard]] Duration flight() const {
    Duration fastest = sim::delays::kFlightMin;
    Duration crossing{};
    for (const wire::Message& sent : call_.messages) {
      if (!wants_reaction(sent)) continue;
      const Duration from{sent.mark.at_ns - begin_ns_};
      const Duration reaction = reaction_to(sent);
      fastest = std::min(fastest, (reaction - from) * 9 / 20);
      for (const Action& act : acts_) {
        const bool is_between = act.at > from && act.at < std::min(reaction, from + kCrossingMax);
        if (is_between) crossing = std::max(crossing, (act.at - from) * 3 / 5);
      }
    }
    return std::max({fastest, crossing, kFlightLeast});
  }

  // A request of the seat, but no ACK, or its 2xx to an INVITE.
  [[nodiscard]] bool wants_reaction(const wire::Message& message) const {
    const SipMessage& sip = message.sip;
    if (!seat_.sent(call_, message) || sip.method() == Method::kAck) return false;
    return sip.is_request() || (sip.method() == Method::kInvite && sip.status() / 100 == 2);
  }

  // When the other side first answered this, or acknowledged it.
  [[nodiscard]] Duration reaction_to(const wire::Message& sent) const {
    const bool is_ours = seat_.sent(call_, sent);
    for (const wire::Message& each : call_.messages) {
      const bool is_theirs = is_ours ? seat_.received(call_, each) : seat_.sent(call_, each);
      if (each.mark.at_ns < sent.mark.at_ns || !is_theirs) continue;
      const bool is_same = each.sip.cseq() == sent.sip.cseq();
      const bool answers = sent.sip.is_request()
                               ? each.sip.is_response() && each.sip.method() == sent.sip.method()
                               : each.sip.method() == Method::kAck && each.sip.is_request();
      if (is_same && answers) return Duration{each.mark.at_ns - begin_ns_};
    }
    return kGivesUpAfter;
  }

  CapturedScenario take() {
    CapturedScenario taken{.scenario = {}, .left_out = std::move(left_out_)};
    sim::Scenario& scenario = taken.scenario;
    scenario.name = "captured";
    scenario.title = "a captured call";
    scenario.actors = {{ours_, sim::ActorKind::kEngine}, {peers_, sim::ActorKind::kPeer}};
    scenario.flights = {flight()};
    sim::Step whole;
    for (const Verb habit : habits_) {
      const Method method = habit == Verb::kChallenges ? Method::kBye : Method::kOther;
      whole.actions.push_back({.actor = peers_, .verb = habit, .method = method});
    }
    std::set<Duration> heard;
    for (Action& act : acts_) {
      // Whatever happens, audio is under way.
      if (heard.insert(act.at).second) {
        whole.actions.push_back({.actor = {}, .verb = Verb::kAudioFlows, .at = act.at});
      }
      whole.actions.push_back(std::move(act));
    }
    scenario.races = {std::move(whole)};
    return taken;
  }

  const wire::Call& call_;
  const wire::Seat& seat_;
  std::string ours_, peers_;
  std::int64_t begin_ns_;
  Duration now_{};
  const wire::Message* current_ = nullptr;
  std::vector<Action> acts_;
  std::map<std::size_t, const wire::Message*> shown_by_;  // peers' acts: the message that shows it
  std::set<Verb> habits_;
  std::set<std::string> seen_, tags_, left_;
  std::vector<std::string> left_out_;
  std::uint32_t our_invite_ = 0;
  bool begun_ = false, answered_ = false, decided_ = false, held_ = false;
  bool hung_up_ = false, peer_hung_up_ = false;
};

std::string words_of(const Action& action) {
  static const std::map<Verb, std::string_view> kWords{
      {Verb::kCalls, "calls"},
      {Verb::kCallsWithoutOffer, "calls without an offer"},
      {Verb::kCallsWithTimer, "calls with a session timer"},
      {Verb::kAnswers, "answers"},
      {Verb::kAnswersWithoutAudio, "answers without audio"},
      {Verb::kRejects, "rejects"},
      {Verb::kHangsUp, "hangs up"},
      {Verb::kHolds, "holds"},
      {Verb::kResumes, "resumes"},
      {Verb::kForks, "rings elsewhere too"},
      {Verb::kSecondForkAnswers, "answers at a second phone too"},
      {Verb::kRecordsRoute, "is behind a proxy"},
      {Verb::kStopsAcknowledging, "never acknowledges"},
      {Verb::kChallenges, "challenges a BYE"}};
  const auto it = kWords.find(action.verb);
  const std::string what =
      it != kWords.end() ? std::string{it->second} : fmt::format("sends {}", name(action.method));
  return action.actor + " " + what;
}

}  // namespace

std::expected<CapturedScenario, std::string> scenario_of(const wire::Call& call,
                                                         const wire::Seat& seat) {
  if (call.begins_inside) return std::unexpected("its beginning was not captured");
  ActReader reader{call, seat};
  CapturedScenario taken = reader.read();
  if (!reader.begun()) return std::unexpected("nobody calls at that address");
  return taken;
}

std::string to_text(const sim::Scenario& scenario) {
  std::string text;
  for (const Action& action : scenario.races.front().actions) {
    const bool is_last = &action == &scenario.races.front().actions.back();
    if (action.verb == Verb::kAudioFlows || is_last) continue;
    text += fmt::format("{:>9.0f} ms  {}\n", static_cast<double>(action.at.count()) / 1e6,
                        words_of(action));
  }
  return text;
}

}  // namespace lastcall::replay::around
