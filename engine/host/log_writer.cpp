#include "engine/host/log_writer.hpp"

#include "engine/base/check.hpp"

#include <chrono>
#include <utility>

namespace lastcall::host {
namespace {

constexpr auto kRestAfter = std::chrono::seconds{1};

std::size_t records_in(const std::vector<Batch>& batches) {
  std::size_t count = 0;
  for (const Batch& batch : batches) count += batch.size();
  return count;
}

}  // namespace

LogWriter::LogWriter(LogStore store, Position last, Observers observers)
    : store_(std::move(store)),
      observers_(std::move(observers)),
      last_(last),
      durable_(last),
      thread_([this] { run(); }) {}

LogWriter::~LogWriter() { close(); }

void LogWriter::append(Record record) {
  CHECK(record.pos == last_ + 1, "positions are dense");
  last_ = record.pos;
  open_.push_back(std::move(record));
  observers_.appended(open_.back());
}

void LogWriter::seal() {
  if (open_.empty()) return;
  if (failed_) {
    unlogged_ += open_.size();
    open_.clear();
    return;
  }
  backlog_ += open_.size();
  {
    const std::lock_guard lock{mutex_};
    sealed_.push_back(std::exchange(open_, {}));
  }
  wake_.notify_one();
}

void LogWriter::read(Position from, const std::function<bool(const Record&)>& f) const {
  store_.read(from, f);
}

std::optional<CallTerminated> LogWriter::find_end(CallId call) const {
  return store_.find_end(call);
}

void LogWriter::close() {
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void LogWriter::run() {
  bool rested = true;
  std::unique_lock lock{mutex_};
  while (true) {
    const bool woken =
        wake_.wait_for(lock, kRestAfter, [this] { return closing_ || !sealed_.empty(); });
    if (!sealed_.empty()) {
      const std::vector<Batch> batches = std::exchange(sealed_, {});
      lock.unlock();
      commit(batches);
      rested = false;
      lock.lock();
    } else if (woken) {
      return;
    } else if (!rested && !failed_) {
      lock.unlock();
      store_.rest();
      rested = true;
      lock.lock();
    }
  }
}

void LogWriter::commit(const std::vector<Batch>& batches) {
  const std::size_t count = records_in(batches);
  CommitReport report{.took = {}, .records = count, .failure = {}};
  if (failed_) {
    unlogged_ += count;
  } else {
    const auto begun = std::chrono::steady_clock::now();
    const auto done = store_.commit(batches);
    report.took = std::chrono::steady_clock::now() - begun;
    if (done) {
      durable_ = batches.back().back().pos;
    } else {
      unlogged_ += count;
      report.failure = done.error();
      failed_ = true;
    }
  }
  backlog_ -= count;
  observers_.committed(report);
}

}  // namespace lastcall::host
