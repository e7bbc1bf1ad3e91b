/** What the dashboard answers, from top to bottom. */
export const QUESTIONS = {
  fleet: 'Is the fleet up?',
  changes: 'What changed?',
  drift: 'What drifts?',
  system: 'Is the system itself well?',
  cost: 'What does it cost?',
} as const

/** The questions that alarms belong to: no alarm is about the cost. */
export type AlarmQuestion = Exclude<keyof typeof QUESTIONS, 'cost'>
