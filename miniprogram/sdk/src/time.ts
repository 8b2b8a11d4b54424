declare function setTimeout(work: () => void, ms: number): unknown

export const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

export const nothing = () => {}

/** after begins work in a promise, so that what it throws is a rejection. */
export const after = <T>(work: () => T | Promise<T>): Promise<T> => Promise.resolve().then(work)

/** within gives what work gives, or rejects if that takes longer: a platform's callback may never come. */
export const within = <T>(ms: number, work: () => T | Promise<T>): Promise<T> =>
  Promise.race([
    after(work),
    pause(ms).then(() => {
      throw { errMsg: 'timeout' }
    }),
  ])
