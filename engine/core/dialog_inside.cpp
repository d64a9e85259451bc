#include "engine/core/dialog_inside.hpp"

#include "engine/core/dialog_steps.hpp"

#include <utility>

namespace lastcall::core {

void InDialog::take(Refresh refresh) const {
  at.out.record(RequestAccepted{
      .call = at.call,
      .dialog = dialog.id,
      .transaction = request.transaction,
      .method = request.message.method(),
      .cseq = request.message.cseq(),
      .remote_target = refresh == Refresh::kTarget ? contact_uri(request.message) : std::string{}});
}

void InDialog::refuse(Rejection why) const {
  const SipMessage& message = request.message;
  at.out.record(RequestRefused{at.call, dialog.id, message.method(), message.cseq(), why.status});
  reject(std::move(why));
}

void InDialog::refuse_overlapping() const {
  refuse(overlapping(at.context.draws, request.transaction));
}

void InDialog::reply(int status) const { answer(at, request.transaction, status); }

void InDialog::reject(Rejection why) const { answer(at, request.transaction, std::move(why)); }

}  // namespace lastcall::core
