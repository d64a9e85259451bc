#include "engine/core/session_steps.hpp"
#include "engine/core/termination.hpp"

namespace lastcall::core {

void transfer_told(const CallContext& at, const TransferTold& told) {
  const auto& operation = at.session.operation;
  if (!operation || operation->op != Op::kTransfer) return;
  if (!told.text.empty()) {
    at.out.send(ToClient{News{at.call, NoticeKind::kTransfer, at.session.peer, told.text}});
  }
  if (!told.is_over) return;
  const bool succeeded = told.status >= 200 && told.status < 300;
  // RFC 5589 6.1: the peer talks to somebody else now; this also answers the wish.
  if (succeeded) return begin_termination(at, Cause::kTransferred, 0);
  finish(at, *operation, OpResult::kRefused);
}

}  // namespace lastcall::core
