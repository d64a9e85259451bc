#pragma once
// Recovery: what the process before this one held when it died, read from its records: open
// streams, and an in-process client that had not let go. From it comes what the new process has to
// do and to report before anything else. The kernel folds the same records for itself.

#include "engine/model/event.hpp"
#include "engine/model/output.hpp"

#include <map>
#include <optional>
#include <vector>

namespace lastcall::host {

// A stream that was open, and where it was pointed.
struct OpenStream {
  StartStream start;
  std::optional<Endpoint> local;  // once it was open
  std::optional<DirectStream> directed;
  bool call_ends = false;  // then it is not opened again
};

class Recovery {
 public:
  void add(const Event& event);

  // In the order of their ids.
  [[nodiscard]] std::vector<OpenStream> streams() const;
  // Reports on behalf of the dead: its client has let go of every ending call, its holders of all;
  // what it was to sign stays unsigned, and whom it was to judge is not believed and may ask again.
  [[nodiscard]] std::vector<Input> reports() const;

 private:
  struct Call {
    bool ending = false;
    bool client_holds = false;
    std::map<StreamId, OpenStream> streams;
    std::map<HolderId, HolderReleased> holders;
  };
  void add_media(const MediaEvent& event);
  void add_proofs(const DialogEvent& event);

  std::map<CallId, Call> calls_;
  std::map<TransactionId, Input> unanswered_;  // orders to sign or to judge, with such an answer
};

}  // namespace lastcall::host
