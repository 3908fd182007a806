// Abseil's locks, made visible to ThreadSanitizer.
//
// The packaged Abseil is not instrumented, so that ThreadSanitizer sees no lock in it and reports
// everything that one guards. What an executable defines goes before what its libraries do; so
// these functions come first, for our code as for the libraries' own, say what is about to happen,
// and call the packaged ones. Nothing is left out of sight by name: there are no suppressions.
//
// Functions that wait for so long call those that wait until a time, and by that come by here.
//
// While a lock is taken or given back, ThreadSanitizer looks away: Abseil then evaluates conditions
// of threads that wait, under the lock, in whichever thread gives it back.

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdlib>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace {

constexpr unsigned kWrites = 0;
constexpr unsigned kReads = __tsan_mutex_read_lock;

// The packaged function. Not kept in a static local, whose guard would be one more lock.
template <typename Function>
Function* Packaged(const char* symbol) {
  void* const found = dlsym(RTLD_NEXT, symbol);
  if (found == nullptr) abort();
  return reinterpret_cast<Function*>(found);
}

template <typename Take>
auto TakeLock(absl::Mutex* mutex, unsigned how, Take take) {
  __tsan_mutex_pre_lock(mutex, how);
  if constexpr (std::is_void_v<decltype(take())>) {
    take();
    __tsan_mutex_post_lock(mutex, how, 0);
  } else {
    const auto outcome = take();
    __tsan_mutex_post_lock(mutex, how, 0);
    return outcome;
  }
}

template <typename Try>
bool TryToTake(absl::Mutex* mutex, unsigned how, Try attempt) {
  __tsan_mutex_pre_lock(mutex, how | __tsan_mutex_try_lock);
  const bool taken = attempt();
  const unsigned failed = taken ? 0 : __tsan_mutex_try_lock_failed;
  __tsan_mutex_post_lock(mutex, how | __tsan_mutex_try_lock | failed, 0);
  return taken;
}

// Waits with the lock given back meanwhile.
template <typename Wait>
auto WaitUnlocked(absl::Mutex* mutex, Wait wait) {
  __tsan_mutex_pre_unlock(mutex, kWrites);
  __tsan_mutex_post_unlock(mutex, kWrites);
  return TakeLock(mutex, kWrites, wait);
}

void* AddressOf(const void* object) {
  return const_cast<void*>(object);
}

}  // namespace

// What Debian calls the namespace inside absl.
#define REALM_ABSL(rest) "_ZN4absl7debian3" rest
#define REALM_ABSL_CONST(rest) "_ZNK4absl7debian3" rest

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  TakeLock(this, kWrites, [&] { Packaged<void(Mutex*)>(REALM_ABSL("5Mutex4LockEv"))(this); });
}

bool Mutex::TryLock() {
  return TryToTake(this, kWrites,
                   [&] { return Packaged<bool(Mutex*)>(REALM_ABSL("5Mutex7TryLockEv"))(this); });
}

void Mutex::Unlock() {
  __tsan_mutex_pre_unlock(this, kWrites);
  Packaged<void(Mutex*)>(REALM_ABSL("5Mutex6UnlockEv"))(this);
  __tsan_mutex_post_unlock(this, kWrites);
}

void Mutex::ReaderLock() {
  TakeLock(this, kReads, [&] { Packaged<void(Mutex*)>(REALM_ABSL("5Mutex10ReaderLockEv"))(this); });
}

bool Mutex::ReaderTryLock() {
  return TryToTake(this, kReads, [&] {
    return Packaged<bool(Mutex*)>(REALM_ABSL("5Mutex13ReaderTryLockEv"))(this);
  });
}

void Mutex::ReaderUnlock() {
  __tsan_mutex_pre_unlock(this, kReads);
  Packaged<void(Mutex*)>(REALM_ABSL("5Mutex12ReaderUnlockEv"))(this);
  __tsan_mutex_post_unlock(this, kReads);
}

void Mutex::LockWhen(const Condition& condition) {
  using Function = void(Mutex*, const Condition&);
  TakeLock(this, kWrites, [&] {
    Packaged<Function>(REALM_ABSL("5Mutex8LockWhenERKNS0_9ConditionE"))(this, condition);
  });
}

bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  using Function = bool(Mutex*, const Condition&, Time);
  return TakeLock(this, kWrites, [&] {
    return Packaged<Function>(REALM_ABSL(
        "5Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE"))(this, condition, deadline);
  });
}

void Mutex::Await(const Condition& condition) {
  using Function = void(Mutex*, const Condition&);
  WaitUnlocked(this, [&] {
    Packaged<Function>(REALM_ABSL("5Mutex5AwaitERKNS0_9ConditionE"))(this, condition);
  });
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  using Function = bool(Mutex*, const Condition&, Time);
  return WaitUnlocked(this, [&] {
    return Packaged<Function>(REALM_ABSL("5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE"))(
        this, condition, deadline);
  });
}

Mutex::~Mutex() {
  Packaged<void(Mutex*)>(REALM_ABSL("5MutexD1Ev"))(this);
  __tsan_mutex_destroy(this, __tsan_mutex_not_static);
}

void CondVar::Wait(Mutex* mutex) {
  using Function = void(CondVar*, Mutex*);
  WaitUnlocked(mutex,
               [&] { Packaged<Function>(REALM_ABSL("7CondVar4WaitEPNS0_5MutexE"))(this, mutex); });
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  using Function = bool(CondVar*, Mutex*, Time);
  return WaitUnlocked(mutex, [&] {
    return Packaged<Function>(REALM_ABSL("7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE"))(
        this, mutex, deadline);
  });
}

// Whoever notices has seen what was done before, even if there was nothing left to wait for.
void Notification::Notify() {
  __tsan_release(this);
  Packaged<void(Notification*)>(REALM_ABSL("12Notification6NotifyEv"))(this);
}

void Notification::WaitForNotification() const {
  using Function = void(const Notification*);
  Packaged<Function>(REALM_ABSL_CONST("12Notification19WaitForNotificationEv"))(this);
  __tsan_acquire(AddressOf(this));
}

bool Notification::WaitForNotificationWithTimeout(Duration timeout) const {
  using Function = bool(const Notification*, Duration);
  const bool notified = Packaged<Function>(REALM_ABSL_CONST(
      "12Notification30WaitForNotificationWithTimeoutENS0_8DurationE"))(this, timeout);
  if (notified) __tsan_acquire(AddressOf(this));
  return notified;
}

bool BlockingCounter::DecrementCount() {
  __tsan_release(this);
  return Packaged<bool(BlockingCounter*)>(REALM_ABSL("15BlockingCounter14DecrementCountEv"))(this);
}

void BlockingCounter::Wait() {
  Packaged<void(BlockingCounter*)>(REALM_ABSL("15BlockingCounter4WaitEv"))(this);
  __tsan_acquire(this);
}

ABSL_NAMESPACE_END
}  // namespace absl
