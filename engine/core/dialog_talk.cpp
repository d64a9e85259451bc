#include "engine/core/dialog_inside.hpp"
#include "engine/core/dialog_steps.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/options.hpp"

namespace lastcall::core {
namespace {

Respond options_answer(const RequestReceived& request, std::string to_tag, const Context& context) {
  return {.call = request.call,
          .transaction = request.transaction,
          .status = 200,
          .to_tag = std::move(to_tag),
          .headers = all_capability_lines(),
          .body = sip::accepts(request.message, "application/sdp")
                      ? describe_abilities(context.config)
                      : std::string{}};
}

void tell_text(CallId call, const SipMessage& message, Outbox& out) {
  out.send(ToClient{News{.call = call,
                         .notice = NoticeKind::kMessage,
                         .peer = std::string{message.from_uri()},
                         .text = std::string{message.body()}}});
}

}  // namespace

void answer_options(const RequestReceived& request, const Context& context, Outbox& out) {
  out.send(ToTransaction{
      options_answer(request, context.draws.response_tag(request.transaction), context)});
}

void receive_options(const InDialog& in) {
  in.take(Refresh::kNone);
  in.at.out.send(ToTransaction{options_answer(in.request, in.at.leg.local_tag, in.at.context)});
}

// Its body was inspected. What an old phone sends as digits is taken, and means nothing here: our
// digits travel as RTP events (RFC 4733).
void receive_info(const InDialog& in) {
  in.take(Refresh::kNone);
  in.reply(200);
}

void answer_text(const RequestReceived& request, const Context& context, Outbox& out) {
  answer_stateless(request, 200, {}, context, out);
  tell_text({}, request.message, out);
}

void receive_text(const InDialog& in) {
  in.take(Refresh::kNone);
  in.reply(200);
  tell_text(in.at.call, in.request.message, in.at.out);
}

}  // namespace lastcall::core
