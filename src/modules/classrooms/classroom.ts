/** What somebody is in a classroom; `CO_TUTOR` leads it beside its tutor. */
export type ClassroomRole = 'TUTOR' | 'CO_TUTOR' | 'MEMBER';

/** A room for many, as stored. */
export interface Classroom {
  readonly id: string;
  readonly organizationId: string;
  readonly tutorId: string;
  readonly name: string;
  /** Those who are in it beside the tutor. */
  readonly memberCount: number;
  readonly createdAt: Date;
  readonly archivedAt: Date | null;
}

/** A classroom as one viewer meets it. */
export interface ClassroomView extends Classroom {
  /** Null for who is not in it now. */
  readonly viewerRole: ClassroomRole | null;
}
