// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A queue of jobs with a condition variable. Bounded by the actors that use it: an actor has one job per
/// waiting caller.
@safe final class JobQueue: @unchecked Sendable {  // every field is touched under `mutex` only
  // SAFETY: allocated in init, freed in deinit, never moved, as pthread objects demand.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var jobs: [(UnownedJob, UnownedSerialExecutor)] = unsafe []
  private var closed = false

  init() {
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  func push(_ job: UnownedJob, executor: UnownedSerialExecutor) {
    unsafe pthread_mutex_lock(mutex)
    unsafe jobs.append((job, executor))
    unsafe pthread_cond_signal(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  func close() {
    unsafe pthread_mutex_lock(mutex)
    closed = true
    unsafe pthread_cond_signal(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Runs jobs on the calling thread until the queue is closed and empty.
  func drain() {
    while true {
      unsafe pthread_mutex_lock(mutex)
      while unsafe jobs.isEmpty && !closed { unsafe pthread_cond_wait(condition, mutex) }
      let batch = unsafe jobs
      unsafe jobs.removeAll(keepingCapacity: true)
      unsafe pthread_mutex_unlock(mutex)
      if unsafe batch.isEmpty { return }
      for unsafe(job, executor) in unsafe batch { unsafe job.runSynchronously(on: executor) }
    }
  }
}
