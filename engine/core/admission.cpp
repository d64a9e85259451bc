#include "engine/core/admission.hpp"

#include "engine/core/draws.hpp"
#include "engine/core/transaction_receive.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/write.hpp"

namespace lastcall::core {
namespace {

// Seconds; long enough for a restart, short enough for a person who tries again.
constexpr std::string_view kRetryAfter = "10";

}  // namespace

std::optional<Transmit> refusal_of_new_call(const DatagramReceived& datagram,
                                            const core::Kernel& kernel) {
  if (!datagram.wire.bytes.starts_with("INVITE ")) return std::nullopt;
  const auto request = sip::parse(datagram.wire.bytes);
  if (!request || request->method() != Method::kInvite) return std::nullopt;
  if (!request->to_tag().empty()) return std::nullopt;  // inside a dialog

  const core::Draws draws{kernel.config().seed, kernel.config().shard};
  const TransactionId transaction = core::server_transaction_of(*request, Method::kInvite, draws);
  const auto& live = core::layer<core::TransactionLayer>(kernel.state()).live;
  if (live.contains(transaction)) return std::nullopt;

  // RFC 3261 8.2.7: a stateless tag is the same for a repeated request.
  const std::string response =
      sip::response(sip::response_head(*request, datagram.source),
                    {.status = 503,
                     .to_tag = draws.response_tag(transaction),
                     .lines = sip::header_line(Header::kRetryAfter, kRetryAfter)});
  return Transmit{.destination = sip::response_destination(*request, datagram.source),
                  .local = datagram.local,
                  .transaction = {},
                  .wire = {response}};
}

}  // namespace lastcall::core
