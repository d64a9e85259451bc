#include "replay/wire/seat_drawn.hpp"

#include "engine/core/transaction_receive.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace lastcall::replay::wire {
namespace {

constexpr int kRequestPending = 491;

class Reader {
 public:
  Reader(const Call& call, const Seat& seat, const core::Draws& draws)
      : call_(call), seat_(seat), draws_(draws), ids_(call_ids()) {}

  core::Drawn read() {
    for (const Message& each : call_.messages) {
      if (!seat_.sent(call_, each)) continue;
      each.sip.is_request() ? read_request(each) : read_response(each.sip);
    }
    return std::move(drawn_);
  }

 private:
  // What the engine will know the call by: of a caller by its command, of a callee by each INVITE.
  [[nodiscard]] std::vector<CallId> call_ids() const {
    std::vector<CallId> ids;
    for (const Message& each : call_.messages) {
      const bool begins = each.sip.is_request() && each.sip.method() == Method::kInvite &&
                          each.sip.to_tag().empty();
      if (!begins) continue;
      if (seat_.sent(call_, each) && ids.empty()) {
        ids.push_back(draws_.outbound_call(kCallCommand, now(each)));
      } else if (seat_.received(call_, each)) {
        ids.push_back(inbound(each));
      }
    }
    return ids;
  }

  [[nodiscard]] Instant now(const Message& message) const {
    return engine_time(call_, message.mark.at_ns);
  }
  [[nodiscard]] CallId inbound(const Message& invite) const {
    return draws_.inbound_call(invite.sip.call_id(), invite.sip.from_tag(), invite.sip.via().branch,
                               now(invite));
  }

  void read_request(const Message& message) {
    const SipMessage& request = message.sip;
    if (request.method() == Method::kCancel || request.method() == Method::kOther) return;
    const bool is_inside = !request.to_tag().empty();
    const DialogId dialog =
        is_inside ? draws_.dialog(request.call_id(), request.from_tag(), request.to_tag())
                  : DialogId{};
    for (const CallId id : ids_) {
      drawn_.local_tags.emplace(id, request.from_tag());
      drawn_.sip_call_ids.emplace(id, request.call_id());
      drawn_.branches.emplace(std::tuple{id, dialog, request.method(), request.cseq()},
                              request.via().branch);
    }
    if (is_inside && request.method() == Method::kInvite) read_wait(message, dialog);
  }

  // An INVITE that was refused with 491 before: how long the seat waited.
  void read_wait(const Message& again, DialogId dialog) {
    const Message* refusal = nullptr;
    for (const Message& each : call_.messages) {
      if (&each == &again) break;
      const bool refuses = seat_.received(call_, each) && each.sip.status() == kRequestPending;
      if (refuses && each.sip.cseq() < again.sip.cseq()) refusal = &each;
    }
    if (refusal == nullptr) return;
    drawn_.collision_waits.emplace(std::pair{dialog, refusal->sip.cseq()},
                                   now(again) - now(*refusal));
  }

  void read_response(const SipMessage& response) {
    const Message* request = asked(response);
    if (request == nullptr || response.to_tag().empty()) return;
    const TransactionId transaction =
        core::server_transaction_of(request->sip, request->sip.method(), draws_);
    if (request->sip.to_tag().empty()) {
      drawn_.response_tags.emplace(transaction, response.to_tag());
      read_tag(*request, response);
    }
    const auto rseq = response.header("RSeq");
    std::uint32_t number = 0;
    if (!rseq ||
        std::from_chars(rseq->data(), rseq->data() + rseq->size(), number).ptr == rseq->data()) {
      return;
    }
    drawn_.first_rseqs.emplace(transaction, number);
  }

  // A refusal of something else may carry another tag: that of the 2xx is the dialog's.
  void read_tag(const Message& request, const SipMessage& response) {
    if (request.sip.method() != Method::kInvite) return;
    const CallId id = inbound(request);
    if (response.status() / 100 == 2) {
      drawn_.local_tags[id] = response.to_tag();
    } else {
      drawn_.local_tags.emplace(id, response.to_tag());
    }
  }

  // The request that a response of the seat answers; null if it was not captured.
  [[nodiscard]] const Message* asked(const SipMessage& response) const {
    const auto it = std::ranges::find_if(call_.messages, [&](const Message& each) {
      return each.sip.is_request() && seat_.received(call_, each) &&
             each.sip.method_text() == response.method_text() &&
             each.sip.via().branch == response.via().branch && each.sip.cseq() == response.cseq();
    });
    return it == call_.messages.end() ? nullptr : &*it;
  }

  const Call& call_;
  const Seat& seat_;
  const core::Draws& draws_;
  std::vector<CallId> ids_;
  core::Drawn drawn_;
};

}  // namespace

core::Drawn drawn_by(const Call& call, const Seat& seat, const core::Draws& draws) {
  return Reader{call, seat, draws}.read();
}

}  // namespace lastcall::replay::wire
