#pragma once
// Recovery: what the process before this one held when it died, read from its records: open
// streams, and an in-process client that had not let go. From it comes what the new process has to
// do and to report before anything else. The kernel folds the same records for itself. Both worlds
// begin with it: engine/host/shard and sim/crash.

#include "engine/model/event.hpp"
#include "engine/model/output.hpp"

#include <map>
#include <optional>
#include <vector>

namespace lastcall::core {

// A stream that was open, and where it was pointed.
struct KeptStream {
  StartStream start;
  Endpoint local;
  std::optional<DirectStream> directed;
};

class Recovery {
 public:
  void add(const Event& event);

  // What established calls keep their audio by, in the order of their ids: to be opened again at
  // the same port, or reported as stopped where it cannot be had.
  [[nodiscard]] std::vector<KeptStream> streams() const;
  // Reports on behalf of the dead: the streams of ending calls are as closed as its sockets are,
  // those under way never opened; its client has let go of every ending call, its holders of all;
  // what it was to sign stays unsigned, and whom it was to judge is not believed and may ask again.
  [[nodiscard]] std::vector<Input> reports() const;

 private:
  struct Stream {
    std::optional<Endpoint> local;  // once it was open
    std::optional<DirectStream> directed;
  };
  struct Call {
    bool ending = false;
    bool client_holds = false;
    std::map<StreamId, Stream> streams;
    std::map<HolderId, HolderReleased> holders;
  };
  void add_media(const MediaEvent& event);
  void add_proofs(const DialogEvent& event);

  std::map<CallId, Call> calls_;
  std::map<TransactionId, Input> unanswered_;  // orders to sign or to judge, with such an answer
};

}  // namespace lastcall::core
