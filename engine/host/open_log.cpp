#include "engine/host/open_log.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <utility>

namespace lastcall::host {
namespace {

HostError host_error(const log::LogError& error) {
  const bool damaged = error.fault == log::LogFault::kDamaged;
  return {damaged ? HostFault::kDamagedLog : HostFault::kEnvironment, error.sentence};
}

std::int64_t wall_clock_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<Duration>(now).count();
}

// Ids and tags are derived from it; whoever could guess it could forge them (RFC 3261 19.3).
std::uint64_t secret_seed() {
  std::random_device chance;
  return std::uint64_t{chance()} << 32 | chance();
}

bool holds_something(const std::string& path) {
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  return !none && size > 0;
}

void append_all(log::EventLog& log, const std::vector<Batch>& batches) {
  for (const Batch& batch : batches) {
    for (const Record& record : batch) log.append(record);
    log.seal();
  }
}

}  // namespace

std::expected<std::unique_ptr<OpenLog>, HostError> OpenLog::open(Settings settings) {
  std::unique_ptr<OpenLog> opened{new OpenLog};
  opened->run_ = std::move(settings.run);
  opened->run_.seed = secret_seed();
  opened->run_.wall_offset_ns = wall_clock_ns();
  if (settings.path.empty()) return opened;

  if (holds_something(settings.path)) {
    if (auto read = opened->continue_file(settings.path); !read) {
      return std::unexpected(read.error());
    }
  }
  auto file = log::SqliteLog::open(settings.path, settings.durability, opened->run_);
  if (!file) return std::unexpected(host_error(file.error()));
  opened->file_ = std::move(*file);
  opened->last_ = opened->file_->last();
  auto reader = log::SqliteReader::open(settings.path);
  if (!reader) return std::unexpected(host_error(reader.error()));
  opened->reader_ = std::move(*reader);
  return opened;
}

// The axis of instants goes on: instant 0 stays where the first run of the file put it. Should the
// wall clock have been set back, time still does not run backwards.
std::expected<void, HostError> OpenLog::continue_file(const std::string& path) {
  const auto reader = log::SqliteReader::open(path);
  if (!reader) return std::unexpected(host_error(reader.error()));
  const auto runs = reader->runs();
  if (!runs) return std::unexpected(host_error(runs.error()));
  if (runs->empty()) return {};
  run_.seed = runs->back().run.seed;
  run_.wall_offset_ns = runs->back().run.wall_offset_ns;
  begin_ = instant_ns(wall_clock_ns() - run_.wall_offset_ns);

  const auto last = reader->last();
  if (!last) return std::unexpected(host_error(last.error()));
  const auto done = reader->read(*last, [this](const Record& record) {
    begin_ = std::max(begin_, record.at);
    return true;
  });
  if (!done) return std::unexpected(host_error(done.error()));
  return {};
}

std::expected<void, HostError> OpenLog::read_live(
    const std::function<void(const Record&)>& f) const {
  if (!reader_) return {};
  const auto done = reader_->read_live([&](const Record& record) {
    f(record);
    return true;
  });
  if (!done) return std::unexpected(host_error(done.error()));
  return {};
}

std::expected<void, std::string> OpenLog::commit(const std::vector<Batch>& batches) {
  if (!file_) {
    const std::lock_guard lock{mutex_};
    append_all(memory_, batches);
    return {};
  }
  append_all(*file_, batches);
  const auto done = file_->commit();
  if (!done) return std::unexpected(done.error().sentence);
  return {};
}

LogStore OpenLog::store() {
  return {.commit = [this](const std::vector<Batch>& batches) { return commit(batches); },
          .rest =
              [this] {
                // A failure is told again by the next commit.
                if (file_) (void)file_->checkpoint_when_idle();
              },
          .read =
              [this](Position from, const std::function<bool(const Record&)>& f) {
                if (reader_) return (void)reader_->read(from, f);
                const std::lock_guard lock{mutex_};
                memory_.read(from, f);
              },
          .find_end = [this](CallId call) -> std::optional<CallTerminated> {
            if (reader_) return reader_->find_end(call).value_or(std::nullopt);
            const std::lock_guard lock{mutex_};
            return memory_.find_end(call);
          }};
}

void OpenLog::finish(const std::string& result) {
  if (file_) (void)file_->finish_run(result, "");
}

}  // namespace lastcall::host
