#include "replay/wire/call.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace lastcall::replay::wire {
namespace {

bool begins_call(const SipMessage& message) {
  return message.is_request() && message.method() == Method::kInvite && message.to_tag().empty();
}

// What a hop's transaction is known by: the top Via, the method and the CSeq number, which tells
// apart what an RFC 2543 element sent without a branch.
using HopKey = std::tuple<std::string, std::string, std::string, std::uint32_t>;

HopKey hop_of(const SipMessage& message) {
  const Via via = message.via();
  std::string sent_by = std::string{via.host} + ":" + std::to_string(via.port.value_or(0));
  return {std::string{via.branch}, std::move(sent_by), std::string{message.method_text()},
          message.cseq()};
}

class Builder {
 public:
  explicit Builder(Call& call) : call_(call) {}

  void take_all() {
    for (std::size_t i = 0; i < call_.messages.size(); ++i) take(i);
    for (const std::size_t ack : call_.acks) place_ack(ack);
  }

 private:
  void take(std::size_t index) {
    const SipMessage& sip = call_.at(index).sip;
    if (sip.method() == Method::kAck) {
      call_.acks.push_back(index);
      return;
    }
    const auto [it, is_new] = hops_.try_emplace(hop_of(sip), call_.transactions.size());
    if (is_new) call_.transactions.emplace_back();
    Transaction& hop = call_.transactions[it->second];
    (sip.is_request() ? hop.requests : hop.responses).push_back(index);
    if (sip.is_request() && hop.requests.size() == 1) join(index, it->second);
  }

  // Adds a hop to the request that it carries.
  void join(std::size_t index, std::size_t hop) {
    const SipMessage& sip = call_.at(index).sip;
    const auto is_same = [&](const Request& each) {
      return each.name == sip.method_text() && each.cseq == sip.cseq() &&
             each.from_tag == sip.from_tag() && each.to_tag == sip.to_tag();
    };
    auto it = std::ranges::find_if(call_.requests, is_same);
    if (it == call_.requests.end()) {
      call_.requests.push_back({.method = sip.method(),
                                .name = std::string{sip.method_text()},
                                .cseq = sip.cseq(),
                                .from_tag = std::string{sip.from_tag()},
                                .to_tag = std::string{sip.to_tag()},
                                .sender = call_.sender_of(call_.at(index)),
                                .first = index});
      it = std::prev(call_.requests.end());
    }
    it->hops.push_back(hop);
  }

  // An ACK with the branch of an INVITE belongs to its failure. One with another branch does too if
  // it names the failure's tag and nobody accepted: its sender has mistaken it for that of a 2xx.
  void place_ack(std::size_t index) {
    const Message& ack = call_.at(index);
    HopKey key = hop_of(ack.sip);
    std::get<2>(key) = "INVITE";
    if (const auto it = hops_.find(key); it != hops_.end()) {
      call_.transactions[it->second].acks.push_back(index);
      return;
    }
    for (Transaction& hop : call_.transactions) {
      if (hop.requests.empty()) continue;
      const Message& invite = call_.at(hop.requests.front());
      const bool is_its = invite.sip.method() == Method::kInvite &&
                          invite.sip.cseq() == ack.sip.cseq() && invite.source == ack.source &&
                          invite.destination == ack.destination;
      const Indices finals = finals_of(call_, hop);
      const bool is_failure = !finals.empty() && std::ranges::all_of(finals, [&](std::size_t each) {
        return call_.at(each).sip.status() >= 300 &&
               call_.at(each).sip.to_tag() == ack.sip.to_tag();
      });
      if (!is_its || !is_failure) continue;
      hop.acks.push_back(index);
      hop.has_foreign_ack = invite.sip.via().has_unique_branch();
      return;
    }
  }

  Call& call_;
  std::map<HopKey, std::size_t> hops_;
};

void add_finals(const Call& call, const Transaction& hop, Indices& finals) {
  for (const std::size_t each : hop.responses) {
    if (call.at(each).sip.status() >= 200) finals.push_back(each);
  }
}

}  // namespace

Side Call::sender_of(const Message& message) const {
  const bool is_from_caller = message.sip.from_tag() == caller_tag;
  return is_from_caller == message.sip.is_request() ? Side::kCaller : Side::kCallee;
}

bool Call::may_have(std::string_view method, std::uint32_t cseq, bool is_request) const {
  return std::ranges::any_of(unreadable, [&](const Unreadable& each) {
    const bool is_kind = is_request ? each.status == 0 : each.status >= 200;
    return is_kind && (each.method.empty() || each.method == method) &&
           (each.cseq == 0 || cseq == 0 || each.cseq == cseq);
  });
}

Indices finals_of(const Call& call, const Transaction& transaction) {
  Indices finals;
  add_finals(call, transaction, finals);
  return finals;
}

Indices finals_of(const Call& call, const Request& request) {
  Indices finals;
  for (const std::size_t hop : request.hops) add_finals(call, call.transactions[hop], finals);
  std::ranges::sort(finals);
  return finals;
}

Call build(std::vector<Message> messages) {
  Call call{.sip_call_id = std::string{messages.front().sip.call_id()},
            .messages = std::move(messages)};
  const auto begin = std::ranges::find_if(
      call.messages, [](const Message& each) { return begins_call(each.sip); });
  call.begins_inside = begin == call.messages.end();
  const SipMessage& named = call.begins_inside ? call.messages.front().sip : begin->sip;
  call.caller_tag = named.from_tag();
  call.has_invite = std::ranges::any_of(call.messages, [](const Message& each) {
    const Method method = each.sip.method();
    return method == Method::kInvite || method == Method::kAck || method == Method::kBye ||
           method == Method::kCancel;
  });
  Builder{call}.take_all();
  return call;
}

namespace {

// What the responses to the INVITEs that began the call say.
void read_setup(const Call& call, Life& life) {
  for (const Request& request : call.requests) {
    if (request.method != Method::kInvite || request.is_in_dialog()) continue;
    if (life.state == "no call") life.state = "calling";
    for (const std::size_t hop : request.hops) {
      for (const std::size_t each : call.transactions[hop].responses) {
        const int status = call.at(each).sip.status();
        if (status > 100 && status < 200 && life.state == "calling") life.state = "ringing";
        if (status < 200 || life.answered_ns) continue;
        if (status < 300) {
          life.state = "answered";
          life.answered_ns = call.at(each).mark.at_ns;
          life.ended_ns.reset();
          continue;
        }
        life.state = status == 487 ? "cancelled" : "refused";
        life.refused_with = status;
        life.ended_ns = call.at(each).mark.at_ns;
      }
    }
  }
}

}  // namespace

Life life_of(const Call& call) {
  Life life{.state = "no call", .began_ns = call.messages.front().mark.at_ns};
  read_setup(call, life);
  if (call.begins_inside && call.has_invite) life.state = "answered";
  if (life.answered_ns) life.refused_with = 0;
  for (const Request& request : call.requests) {
    if (request.method != Method::kBye || life.ended_by) continue;
    life.state = "ended";
    life.ended_by = request.sender;
    life.ended_ns = call.first_of(request).mark.at_ns;
  }
  return life;
}

}  // namespace lastcall::replay::wire
